import { SluiceError } from '../../errors.js'
import { inflater } from '../../transforms/decode/gunzip.js'
import { unzstd } from './zstd.js'

const GZIP_MAGIC = '1f8b'
const ZSTD_MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd)

/** Bytes that come once, packed or not. */
export interface ByteInput {
  readonly body: AsyncIterable<Uint8Array>
  /** Name in messages. */
  readonly name: string
  /** How many there are, where known. */
  readonly size: number | undefined
  /** Ends the reading; never rejects. */
  readonly close: () => Promise<void>
}

/** Bytes of a file or stream, unpacked, with how many came of both kinds. */
export class ByteStream {
  readonly name: string
  readonly size: number | undefined
  readonly #input: ByteInput
  readonly #chunks: AsyncIterator<Uint8Array>
  #head: Uint8Array | undefined
  #wasTaken = false
  packedBytes = 0
  bytes = 0
  compression: 'gzip' | 'zstd' | 'none' = 'none'

  constructor(input: ByteInput) {
    this.#input = input
    this.name = input.name
    this.size = input.size
    this.#chunks = this.#unpacked()[Symbol.asyncIterator]()
  }

  /** The first `count` unpacked bytes, or fewer where there are no more; they are read again later. */
  async peek(count: number): Promise<Uint8Array> {
    let head = this.#head ?? new Uint8Array()
    while (head.length < count) {
      const next = await this.#next()
      if (next === undefined) break
      head = head.length === 0 ? next : Buffer.concat([head, next])
    }
    this.#head = head
    return head.subarray(0, count)
  }

  /** All chunks, once. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.#wasTaken) throw new SluiceError('E_INTERNAL', `${this.name} is read twice`)
    this.#wasTaken = true
    if (this.#head !== undefined && this.#head.length > 0) yield this.#head
    this.#head = undefined
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) yield next
  }

  async close(): Promise<void> {
    await this.#input.close()
    await this.#chunks.return?.().catch(() => {})
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#chunks.next()
    if (done) return undefined
    this.bytes += value.length
    return value
  }

  async *#unpacked(): AsyncGenerator<Uint8Array> {
    const packed = this.#counted()
    const { head, rest } = await begin(packed, 4)
    // A file that was cut inside of the first bytes is no shorter text: the unpackers name the cut.
    const isCut = head.length < 4 && packedName(this.name)
    if (
      (head[0] === 0x1f && head[1] === 0x8b) ||
      (isCut === 'gz' && GZIP_MAGIC.startsWith(head.toString('hex')))
    ) {
      this.compression = 'gzip'
      yield* gunzipped(rest, this.size)
    } else if (
      head.equals(ZSTD_MAGIC) ||
      (isCut === 'zst' && ZSTD_MAGIC.subarray(0, head.length).equals(head))
    ) {
      this.compression = 'zstd'
      yield* unzstd(rest, this.name)
    } else yield* rest
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#input.body) {
      this.packedBytes += chunk.length
      yield chunk
    }
  }
}

/** Compression by the name of a file. */
function packedName(name: string): string | undefined {
  return /\.(gz|zst)$/i.exec(name)?.[1]?.toLowerCase()
}

/** The first bytes, and all of them. */
async function begin(
  chunks: AsyncGenerator<Uint8Array>,
  count: number,
): Promise<{ head: Buffer; rest: AsyncGenerator<Uint8Array> }> {
  const first: Uint8Array[] = []
  for (let length = 0; length < count; ) {
    const { done, value } = await chunks.next()
    if (done) break
    first.push(value)
    length += value.length
  }
  const all = Buffer.concat(first)
  async function* rest() {
    if (all.length > 0) yield all
    yield* chunks
  }
  return { head: all.subarray(0, count), rest: rest() }
}

/** The strict inflater of the pipeline, fed from one side while the other is read. */
async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  const stage = inflater({ expectedBytes: size })
  const feed = async () => {
    try {
      for await (const chunk of chunks) {
        if (stage.destroyed) return
        if (!stage.write(chunk)) await drained(stage)
      }
      stage.end()
    } catch (error) {
      stage.destroy(error as Error)
    }
  }
  const fed = feed()
  try {
    yield* stage as AsyncIterable<Uint8Array>
  } finally {
    stage.destroy()
    await fed
  }
}

function drained(stage: ReturnType<typeof inflater>): Promise<void> {
  return new Promise((resolve) => {
    stage.once('drain', resolve)
    stage.once('close', resolve)
  })
}
