import { requireObject, SluiceError } from '../../../errors.js'
import { FORMAT_OPTIONS, type Format } from '../../../model/formats.js'
import type { AnySinkOptions } from '../../../model/option-types.js'
import { withDefaults } from '../../../model/option-values.js'
import type { OpenSink, Sink, SinkContext } from '../../contract.js'
import { encrypting } from '../../targets/encrypted.js'
import { type Destination, type Target, targetOf } from '../../targets/index.js'
import { requireOptions } from '../options.js'
import { compressionOf, requireNameFor } from '../registry.js'
import { prepareCodec } from './zstd.js'

/** A format of columns. */
interface ColumnFormat<Complete> {
  readonly format: Format
  /** Name in messages. */
  readonly title: string
  /** The option for what is compressed instead of the whole file. */
  readonly codecOption: 'codec' | 'bufferCodec'
  /** Completes options that were checked. */
  complete(): Complete
  /** Loads the encoder, which is much code, and most results become something else. */
  open(target: Target, clobber: boolean, options: Complete, context: SinkContext): Promise<OpenSink>
}

/**
 * The sink of a format of columns.
 *
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of the format, and for a compression of the whole
 * file; whatever `complete` throws.
 */
export function columnSink<Complete>(
  destination: Destination,
  options: AnySinkOptions,
  { format, title, codecOption, complete, open }: ColumnFormat<Complete>,
): Sink {
  requireObject(options, `the options of ${format}`)
  requireOptions(format, options)
  const clobber = withDefaults(format, options).clobber!
  const all = complete()
  const target = encrypting(targetOf(destination), options.encryptTo)
  if (target.location !== undefined) requireNameFor(format, target.location)
  const packed = options.compression ?? compressionOf(target.name)
  if (packed !== 'none') {
    throw new SluiceError('E_USAGE', `${title} is not compressed as a whole, with ${packed} or otherwise`, {
      hint: `choose how its parts are compressed: ${codecOption}, ${FORMAT_OPTIONS[codecOption].flag.split(' ')[0]}`,
    })
  }
  return {
    format,
    place: target.name,
    isEncrypted: options.encryptTo !== undefined,
    prepare: async () => {
      const { reserveColumns } = await import('../../../kernel/columns/module.js')
      reserveColumns()
      await prepareCodec(options)
      await target.prepare({ clobber })
    },
    open: async (context) => {
      await prepareCodec(options)
      return open(target, clobber, all, context)
    },
    abandon: (reason) => target.abandon?.(reason),
  }
}
