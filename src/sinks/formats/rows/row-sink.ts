import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { requireObject } from '../../../errors.js'
import type { RowFormat } from '../../../model/formats.js'
import type { CsvOptions, EncodeSpec, FileOptionsOf, OptionsOf } from '../../../model/option-types.js'
import { withDefaults } from '../../../model/option-values.js'
import { commitOutput, type OutputFacts } from '../../commit-output.js'
import type { OpenSink, Sink, SinkResult } from '../../contract.js'
import { hashWrites } from '../../digest.js'
import { encrypting } from '../../targets/encrypted.js'
import { type Destination, type Output, targetOf } from '../../targets/index.js'
import { assertEncodable } from '../check.js'
import { compressor } from '../compress.js'
import { requireOptions } from '../options.js'
import { compressionOf, requireNameFor } from '../registry.js'
import { EncodeStream } from './encode-stream.js'
import { createRowEncoder } from './transcode.js'

/**
 * A sink of any format that is written row by row: encoder, compression, output.
 *
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of the format.
 */
export function rowSink<F extends RowFormat>(
  format: F,
  destination: Destination,
  options: OptionsOf<F> & FileOptionsOf<F>,
): Sink {
  requireObject(options, `the options of ${format}`)
  const { compression, compressionLevel, encryptTo, clobber } = withDefaults(format, options)
  const place = targetOf(destination)
  const packed = compression ?? compressionOf(place.name)
  requireOptions(format, { ...options, compression: packed })
  const target = encrypting(place, encryptTo)
  const { delimiter } = options as CsvOptions
  if (target.location !== undefined) requireNameFor(format, target.location, delimiter)
  const spec = { format, ...options } as EncodeSpec
  const compress = packed === 'none' ? undefined : () => compressor(packed, { level: compressionLevel })
  return {
    format,
    place: target.name,
    isEncrypted: encryptTo !== undefined,
    prepare: async () => {
      assertEncodable(packed, options)
      await target.prepare({ clobber })
    },
    open: async (context) => {
      const encode = new EncodeStream(
        createRowEncoder({ ...spec, limits: { ...context.limits, ...spec.limits } }, context.plan),
        context.limitReached,
      )
      const packer = compress?.()
      const output = await target.open({
        ...context,
        clobber,
        onTaken: compress === undefined ? (chunk) => encode.recycle(chunk) : undefined,
      })
      return new OpenRowSink(encode, packer, output, context.hashOutput ? hashWrites(output) : undefined)
    },
    abandon: (reason) => target.abandon?.(reason),
  }
}

/** The most that a compressor keeps to itself of what it has read, in compressed bytes. */
const HELD_PACKED = 128 * 1024

/** Trailing bytes: the `]` of JSON, the checksum of gzip. */
const END = 16

class OpenRowSink implements OpenSink {
  readonly input: EncodeStream
  readonly copiesInput = true
  readonly #output: Output
  #packer: Transform | undefined
  #digest: (() => string) | undefined
  readonly #written: Promise<void>

  constructor(
    input: EncodeStream,
    compress: Transform | undefined,
    output: Output,
    digest: (() => string) | undefined,
  ) {
    this.input = input
    this.#packer = compress
    this.#output = output
    this.#digest = digest
    this.#written =
      compress === undefined ? pipeline(input, output.writable) : pipeline(input, compress, output.writable)
    // `commit` reports it; when there is no commit the failure has ended `input` already.
    this.#written.catch(() => {})
  }

  get rows(): number {
    return this.input.rows
  }

  get bytes(): number {
    const { encryption } = this.#output
    return encryption === undefined ? this.#bytesGiven() : encryption.sizeOf(this.#bytesGiven())
  }

  /** Before encryption. */
  #bytesGiven(): number {
    const { input } = this
    if (this.#packer === undefined) return input.bytes + END
    const queued = input.readableLength + this.#packer.writableLength
    const { bytesWritten, writable, encryption } = this.#output
    const packed = (encryption?.taken ?? bytesWritten) + writable.writableLength + this.#packer.readableLength
    const read = input.bytes - queued
    // Of the first bytes nothing is known yet.
    const ratio = packed > HELD_PACKED ? packed / read : 1
    return packed + Math.min(HELD_PACKED, read) + Math.ceil(queued * ratio) + END
  }

  commit(): Promise<SinkResult> {
    const output = this.#output
    return this.#complete().then((facts) => commitOutput(output, facts))
  }

  async #complete(): Promise<OutputFacts> {
    await this.#written
    const { replacedCharacters, replacedTexts } = this.input
    const sha256 = this.#digest?.()
    // Thousands of files of a folder wait for each other, each with what the pipeline listened with.
    this.input.removeAllListeners()
    this.#packer = undefined
    this.#digest = undefined
    return { ...(replacedCharacters === undefined ? {} : { replacedCharacters }), sha256, replacedTexts }
  }

  async discard(): Promise<void> {
    this.input.destroy()
    await this.#output.discard()
  }
}
