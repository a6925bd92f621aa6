import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { PLAIN_TYPES } from '../../../kernel/columns/tree.js'
import { assertFinished } from '../../assert-finished.js'
import { commitOutput, type OutputFacts } from '../../commit-output.js'
import type { OpenSink, SinkContext, SinkResult } from '../../contract.js'
import { hashWrites } from '../../digest.js'
import type { Output, Target } from '../../targets/index.js'
import { ByteWriter } from './byte-writer.js'
import { ColumnEncoder, type ColumnFile, type ColumnFileParts } from './column-encoder.js'

/** Opens a sink of columns. `begin` begins the file when its columns are known. */
export async function openColumns(
  target: Target,
  clobber: boolean,
  context: SinkContext,
  begin: (parts: ColumnFileParts, output: ByteWriter) => ColumnFile,
  representation = PLAIN_TYPES,
): Promise<OpenSink> {
  let bytes: ByteWriter | undefined
  const output = await target.open({
    ...context,
    clobber,
    onTaken: (piece) => bytes?.recycle(piece),
  })
  const digest = context.hashOutput ? hashWrites(output) : undefined
  const writer = new ByteWriter(output.writable)
  bytes = writer
  const encoder = new ColumnEncoder(context, (parts) => begin(parts, writer), representation)
  return new OpenColumnSink(context, { output, digest }, encoder)
}

const INPUT_BYTES = 1024 * 1024

class OpenColumnSink implements OpenSink {
  readonly input: Writable
  readonly copiesInput = true
  readonly #output: Output
  /** Both are let go when the file is complete: thousands of files of a folder wait for each other before their last step. */
  #digest: (() => string) | undefined
  #encoder: ColumnEncoder | undefined
  /** Of an encoder that was let go. */
  #rows = 0

  constructor(
    context: SinkContext,
    { output, digest }: { readonly output: Output; readonly digest: (() => string) | undefined },
    encoder: ColumnEncoder,
  ) {
    this.#output = output
    this.#digest = digest
    this.#encoder = encoder
    this.input = new Writable({
      highWaterMark: INPUT_BYTES,
      // On a turn of the loop of its own: the inflater, within whose callback this may be, gets its next piece first.
      write: (chunk: Uint8Array, _encoding, callback) => {
        setImmediate(() => {
          const push = async () => {
            await this.#encoder!.push(chunk)
            if (this.#encoder!.done) context.limitReached()
          }
          push().then(() => callback(), callback)
        })
      },
      final: (callback) => {
        this.#encoder!.end().then(() => callback(), callback)
      },
    })
    finished(output.writable, { cleanup: true }).catch((error) => this.input.destroy(error))
  }

  get rows(): number {
    return this.#encoder?.rows ?? this.#rows
  }

  get bytes(): number {
    const { encryption, bytesWritten } = this.#output
    if (this.#encoder === undefined) return bytesWritten
    return encryption === undefined ? this.#encoder.bytes : encryption.sizeOf(this.#encoder.bytes)
  }

  commit(): Promise<SinkResult> {
    const output = this.#output
    return this.#complete().then((facts) => commitOutput(output, facts))
  }

  /** The footer comes last, when everything was verified: what a reader of stdout gets before is no whole file. */
  async #complete(): Promise<OutputFacts> {
    const { writable } = this.#output
    const encoder = this.#encoder!
    assertFinished(this.input, 'the encoder of columns')
    await encoder.finish()
    writable.end()
    await finished(writable, { cleanup: true })
    const sha256 = this.#digest?.()
    this.#rows = encoder.rows
    this.#encoder = undefined
    this.#digest = undefined
    return { sha256, replacedTexts: encoder.replacedTexts }
  }

  async discard(): Promise<void> {
    this.input.destroy()
    this.#output.writable.destroy()
    await this.#output.discard()
  }
}
