import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ParquetOptions } from '../../../model/formats.js'
import { assertFinished } from '../../assert-finished.js'
import type { OpenSink, SinkContext } from '../../contract.js'
import { hashWrites } from '../../digest.js'
import type { Output, Target } from '../../targets/index.js'
import { ByteWriter } from './byte-writer.js'
import { ParquetEncoder } from './parquet-encoder.js'

/** Opens the sink that `parquet` describes; `options` are complete and were checked. */
export async function openParquet(
  target: Target,
  clobber: boolean,
  options: Required<ParquetOptions>,
  context: SinkContext,
): Promise<OpenSink> {
  let bytes: ByteWriter | undefined
  const output = await target.open({
    ...context,
    clobber,
    onTaken: (piece) => bytes?.recycle(piece),
  })
  const digest = context.hashOutput ? hashWrites(output.writable) : undefined
  bytes = new ByteWriter(output.writable)
  return new OpenParquetSink(context, options, { output, digest }, bytes)
}

const INPUT_BYTES = 1024 * 1024

class OpenParquetSink implements OpenSink {
  readonly input: Writable
  readonly copiesInput = 'views'
  readonly #context: SinkContext
  readonly #output: Output
  readonly #digest: (() => string) | undefined
  readonly #encoder: ParquetEncoder

  constructor(
    context: SinkContext,
    options: Required<ParquetOptions>,
    { output, digest }: { readonly output: Output; readonly digest: (() => string) | undefined },
    bytes: ByteWriter,
  ) {
    this.#context = context
    this.#output = output
    this.#digest = digest
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

  get bytes(): number {
    return this.#encoder.bytes
  }

  /** The footer comes last, when everything was verified: what a reader of stdout gets before is no Parquet file. */
  async commit() {
    const { writable } = this.#output
    assertFinished(this.input, 'the Parquet encoder')
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
    const { path, bytesWritten } = this.#output
    return { path, bytesOut: bytesWritten, sha256: this.#digest?.(), replacedTexts }
  }

  async discard(): Promise<void> {
    this.input.destroy()
    this.#output.writable.destroy()
    await this.#output.discard()
  }
}
