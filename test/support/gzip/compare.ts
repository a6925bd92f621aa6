import { gunzipSync } from 'node:zlib'
import type { Random } from '../../../bench/random.js'
import { SluiceError } from '../../../src/errors.js'
import { Inflater } from '../../../src/kernel/inflater.js'

/** What came of inflating: bytes, or the message of the failure. */
export type Outcome = Buffer | string

/** By zlib, with what Node leaves unread looked at, in the words of our errors. */
export function byZlib(packed: Buffer): Outcome {
  try {
    const { buffer, engine } = gunzipSync(packed, { info: true }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    const isPadded = packed.subarray(engine.bytesWritten).every((byte) => byte === 0)
    return isPadded ? buffer : TRAILING
  } catch (error) {
    return wordsOf(error as NodeJS.ErrnoException, packed)
  }
}

const TRAILING = 'something that is not gzip follows the gzip data'

/** What zlib finds wrong with the beginning of a member. In a later one it means that this is no member. */
const HEADER = ['incorrect header check', 'unknown compression method', 'unknown header flags set']

function wordsOf({ code, message }: NodeJS.ErrnoException, packed: Buffer): string {
  if (code === 'Z_BUF_ERROR')
    return packed.length === 0 ? 'the data is empty' : 'the gzip data ends too early'
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return 'the data is not gzip'
  const isLater = HEADER.includes(message) && packed[2] === 8 && packed[3]! < 0x20
  return isLater ? TRAILING : `the gzip data is damaged: ${message}`
}

/** The pieces of the outcome under way, one behind the other: a buffer for each would take most of the time. */
let joined = Buffer.alloc(64 * 1024)

/** By our own inflater, from these chunks, in pieces of at most `room` bytes. */
export function byInflater(chunks: Iterable<Uint8Array>, room?: number): Outcome {
  const inflater = new Inflater()
  let bytes = 0
  try {
    for (const chunk of chunks)
      for (const piece of inflater.feed(chunk, room)) {
        if (bytes + piece.length > joined.length)
          joined = Buffer.concat([joined.subarray(0, bytes)], 2 * (bytes + piece.length))
        joined.set(piece, bytes)
        bytes += piece.length
      }
    inflater.end()
    return Buffer.from(joined.subarray(0, bytes))
  } catch (error) {
    if (error instanceof SluiceError) return error.message
    throw error
  } finally {
    inflater.close()
  }
}

/** Chunks of random lengths, some of them of one byte or none; of few bytes sometimes each of one byte. */
export function* randomChunks(data: Buffer, random: Random): Generator<Buffer> {
  const most = random.pick(data.length > 2000 ? [300, 5000, 100_000] : [1, 3, 40, 1000])
  for (let at = 0; at < data.length; ) {
    const end = at + random.below(most + 1)
    yield data.subarray(at, end)
    at = end
  }
}

/**
 * The most bytes of a piece, where there are few of them from one on. What comes before damage is not known; it may be a
 * thousand times as much as `packed`.
 */
export function randomRoom(expected: Outcome, packed: Buffer, random: Random): number {
  const isLong =
    typeof expected === 'string' ? packed.length > (random.oneIn(40) ? 3000 : 300) : expected.length > 3000
  if (isLong) return random.pick([259 + random.below(9), 5000, 100_000, Number.POSITIVE_INFINITY])
  return random.pick([1, 2, 1 + random.below(300), 259 + random.below(9), Number.POSITIVE_INFINITY])
}

/** What differs, or nothing. */
export function difference(found: Outcome, expected: Outcome): string | undefined {
  if (typeof found === 'string' && typeof expected === 'string' && found === expected) return undefined
  if (typeof found !== 'string' && typeof expected !== 'string' && found.equals(expected)) return undefined
  return `${inWords(found)}; zlib: ${inWords(expected)}`
}

/** The message, or how many bytes there are: to compare two of a MiB takes minutes when they differ. */
export function inWords(outcome: Outcome): string {
  return typeof outcome === 'string' ? outcome : `${outcome.length} bytes`
}
