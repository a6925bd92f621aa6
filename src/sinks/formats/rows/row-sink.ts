import { pipeline } from 'node:stream/promises'
import { createEncoder } from '../../../kernel/encoder.js'
import type {
  AnySinkOptions,
  Compression,
  EncodeSpec,
  OptionsOf,
  OutputOptions,
  RowFormat,
} from '../../../model/formats.js'
import { withDefaults } from '../../../model/option-values.js'
import type { OpenSink, Sink } from '../../contract.js'
import { type Destination, type Output, targetOf } from '../../targets/index.js'
import { compressor } from '../compress.js'
import { requireOptions } from '../options.js'
import { compressionOf } from '../registry.js'
import { EncodeStream } from './encode-stream.js'

/**
 * A sink of any format that is written row by row: encoder, compression, output.
 *
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of the format.
 */
export function rowSink<F extends RowFormat>(
  format: F,
  destination: Destination,
  options: OptionsOf<F> & OutputOptions,
): Sink {
  const { compression, clobber, ...rest } = options as AnySinkOptions
  const target = targetOf(destination)
  const packed = compression ?? compressionOf(target.name)
  requireOptions(format, { ...options, compression: packed })
  const replaces = withDefaults(format, options).clobber!
  const spec = { format, ...rest } as EncodeSpec
  return {
    format,
    prepare: async () => {
      if (packed !== 'none') compressor(packed).destroy()
      await target.prepare({ clobber: replaces })
    },
    open: async (context) => {
      const encode = new EncodeStream(
        createEncoder({ ...spec, limits: { ...context.limits, ...spec.limits } }, context.plan),
        context.limitReached,
      )
      const output = await target.open({
        ...context,
        clobber: replaces,
        onTaken: packed === 'none' ? (chunk) => encode.recycle(chunk) : undefined,
      })
      return new OpenRowSink(encode, packed, output)
    },
  }
}

class OpenRowSink implements OpenSink {
  readonly input: EncodeStream
  readonly copiesInput = true
  readonly #output: Output
  readonly #written: Promise<void>

  constructor(input: EncodeStream, packed: Compression, output: Output) {
    this.input = input
    this.#output = output
    this.#written =
      packed === 'none'
        ? pipeline(input, output.writable)
        : pipeline(input, compressor(packed), output.writable)
    // `commit` reports it; when there is no commit the failure has ended `input` already.
    this.#written.catch(() => {})
  }

  get rows(): number {
    return this.input.rows
  }

  async commit() {
    await this.#written
    await this.#output.commit()
    return {
      path: this.#output.path,
      bytesOut: this.#output.bytesWritten,
      replacedTexts: this.input.replacedTexts,
    }
  }

  async discard(): Promise<void> {
    this.input.destroy()
    await this.#output.discard()
  }
}
