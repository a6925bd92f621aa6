import { pipeline } from 'node:stream/promises'
import { createEncoder } from '../../../kernel/index.js'
import type { EncodeSpec } from '../../../model/formats.js'
import type { OpenSink, Sink } from '../../contract.js'
import { checkOutput, type Destination, type Output, openOutput } from '../../targets/index.js'
import { compressor } from '../compress.js'
import { type Compression, compressionOf } from '../registry.js'
import { EncodeStream } from './encode-stream.js'

/** Options of a sink besides those of its format. */
export interface OutputOptions {
  /** Default: what the end of the path says, none for streams. */
  compression?: Compression
  /** Whether an existing file may be replaced. Default true; it is only ever replaced by a complete one. */
  clobber?: boolean
}

/** A sink of any format that is written row by row: encoder, compression, output. */
export function rowSink(spec: EncodeSpec, destination: Destination, options: OutputOptions = {}): Sink {
  const packed =
    options.compression ?? (typeof destination === 'string' ? compressionOf(destination) : 'none')
  const clobber = options.clobber ?? true
  return {
    format: spec.format,
    prepare: async () => {
      if (packed !== 'none') compressor(packed).destroy()
      await checkOutput(destination, { clobber })
    },
    open: async (context) => {
      const encode = new EncodeStream(
        createEncoder({ ...spec, limits: { ...context.limits, ...spec.limits } }, context.plan),
        context.limitReached,
      )
      const output = await openOutput(destination, {
        ...context,
        clobber,
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
