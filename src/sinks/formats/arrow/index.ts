import type { ArrowFileOptions, ArrowOptions } from '../../../model/option-types.js'
import { withDefaults } from '../../../model/option-values.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { columnSink } from '../columns/sink.js'

/**
 * Writes an IPC file of Apache Arrow, which is also known as Feather V2: typed columns in batches, and a footer that leads to
 * each, so that readers may map it into memory. Types, misfits and columns of unknown type are as with Parquet.
 *
 * @example
 * await pipeline(source, arrow('result.arrow', { bufferCodec: 'lz4' }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of Arrow, and for a compression of the
 * whole file. A run ends with `E_UNSUPPORTED` for the codec zstd where neither Node nor the package `@bokuweb/zstd-wasm` has it.
 */
export function arrow(destination: Destination, options: ArrowOptions & ArrowFileOptions = {}): Sink {
  return arrowSink('arrow', 'an Arrow file', destination, options)
}

/**
 * Writes an IPC stream of Apache Arrow: the schema, then batches, each as soon as its rows are there. For pipes and sockets.
 *
 * @example
 * await pipeline(source, arrows('-'))
 * @throws SluiceError as `arrow` does.
 */
export function arrows(destination: Destination, options: ArrowOptions & ArrowFileOptions = {}): Sink {
  return arrowSink('arrows', 'an Arrow stream', destination, options)
}

function arrowSink(
  format: 'arrow' | 'arrows',
  title: string,
  destination: Destination,
  options: ArrowOptions & ArrowFileOptions,
): Sink {
  return columnSink(destination, options, {
    format,
    title,
    codecOption: 'bufferCodec',
    complete: () => arrowOptions(format, options),
    open: async (...given) => {
      const { openArrow } = await import('./open.js')
      return openArrow(format === 'arrow', ...given)
    },
  })
}

/** Options that were checked, with their defaults. */
export function arrowOptions(format: 'arrow' | 'arrows', options: ArrowOptions): Required<ArrowOptions> {
  return { ...withDefaults(format, options), metadata: options.metadata ?? {} } as Required<ArrowOptions>
}
