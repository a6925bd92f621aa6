import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { SluiceError } from '../../errors.js'
import type { OpenSink, Sink, SinkContext } from '../contract.js'
import { compressionOf } from '../formats.js'
import { checkOutput, type Destination, type Output, openOutput } from '../output/index.js'
import type { OutputOptions } from '../row-sink.js'
import { ByteWriter } from './byte-writer.js'
import { type ParquetOptions, parquetOptions } from './options.js'
import { ParquetEncoder } from './parquet-encoder.js'

export type { ParquetCodec, ParquetOptions } from './options.js'

/**
 * Writes Apache Parquet: typed columns, compressed page by page, in row groups that are written as they close. A
 * value that does not fit the type of its column ends the run with `E_TYPE`; see `onTypeError`. Columns of unknown
 * type are typed by the rows of the first row group, and a notice `N_TYPES_INFERRED` says as what.
 *
 * @throws SluiceError `E_USAGE` for options that make no sense: a Parquet file as a whole is never compressed.
 * `E_UNSUPPORTED` for the codec zstd where Node has none.
 */
export function parquet(destination: Destination, options: ParquetOptions & OutputOptions = {}): Sink {
  const { compression, clobber = true, ...rest } = options
  const complete = parquetOptions(rest)
  const packed = compression ?? (typeof destination === 'string' ? compressionOf(destination) : 'none')
  if (packed !== 'none') {
    throw new SluiceError(
      'E_USAGE',
      `a Parquet file is not compressed as a whole, with ${packed} or otherwise`,
      {
        hint: 'choose how its pages are compressed with the option codec',
      },
    )
  }
  return {
    format: 'parquet',
    prepare: () => checkOutput(destination, { clobber }),
    open: async (context) => {
      let bytes: ByteWriter | undefined
      const output = await openOutput(destination, {
        clobber,
        jobId: context.jobId,
        signal: context.signal,
        beforePublish: context.beforePublish,
        onNotice: context.notice,
        onTaken: (piece) => bytes?.recycle(piece),
      })
      bytes = new ByteWriter(output.writable)
      return new OpenParquetSink(context, complete, output, bytes)
    },
  }
}

const INPUT_BYTES = 1024 * 1024

class OpenParquetSink implements OpenSink {
  readonly input: Writable
  readonly copiesInput = true
  readonly #context: SinkContext
  readonly #output: Output
  readonly #encoder: ParquetEncoder

  constructor(context: SinkContext, options: Required<ParquetOptions>, output: Output, bytes: ByteWriter) {
    this.#context = context
    this.#output = output
    const encoder = new ParquetEncoder(context, options, bytes)
    this.#encoder = encoder
    this.input = new Writable({
      highWaterMark: INPUT_BYTES,
      // On a turn of the loop of its own: the inflater, within whose callback this may be, gets its next piece first.
      write: (chunk: Uint8Array, _encoding, callback) => {
        setImmediate(() => {
          const push = async () => {
            await encoder.push(chunk)
            if (encoder.done) context.limitReached()
          }
          push().then(() => callback(), callback)
        })
      },
      final: (callback) => {
        encoder.end().then(() => callback(), callback)
      },
    })
    finished(output.writable).catch((error) => this.input.destroy(error))
  }

  get rows(): number {
    return this.#encoder.rows
  }

  /** The footer comes last, when everything was verified: what a reader of stdout gets before is no Parquet file. */
  async commit() {
    const { writable } = this.#output
    await this.#encoder.finish()
    writable.end()
    await finished(writable)
    await this.#output.commit()
    const { nulledCells, replacedTexts } = this.#encoder
    if (nulledCells > 0) {
      this.#context.notice({
        code: 'N_CELLS_NULLED',
        message: `${nulledCells} values did not fit the type of their column and are NULL`,
      })
    }
    return { path: this.#output.path, bytesOut: this.#output.bytesWritten, replacedTexts }
  }

  async discard(): Promise<void> {
    this.input.destroy()
    this.#output.writable.destroy()
    await this.#output.discard()
  }
}
