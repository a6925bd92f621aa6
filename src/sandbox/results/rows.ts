import { TextReader } from '../../rows/texts.js'
import { headBytes, tokenAt } from '../../rows/tokens.js'
import { toObjectOf, type Value, ValueReader } from '../../rows/values.js'

/**
 * The rows of msgpack that comes in chunks. Bytes stay bytes and text that is not UTF-8 has U+FFFD, which the library that
 * packs rows here keeps apart no better than Latin-1 does.
 *
 * @throws Error for bytes that are not whole values.
 */
export async function* msgpackRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Value> {
  const texts = new TextReader()
  const reader = new ValueReader('bigint', texts, toObjectOf())
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk])
    const view = new DataView(pending.buffer, pending.byteOffset, pending.length)
    texts.open(pending, view)
    reader.open(pending, view)
    reader.at = 0
    for (let end = endOf(pending, 0); end !== undefined; end = endOf(pending, end)) {
      yield reader.value()
      reader.at = end
    }
    pending = pending.subarray(reader.at)
  }
  if (pending.length > 0) throw new Error('the result ends inside a row')
}

/** Where the value at `at` ends; undefined as long as its end is not there. */
function endOf(bytes: Buffer, at: number): number | undefined {
  let next = at
  for (let left = 1; left > 0; left--) {
    if (next >= bytes.length || next + headBytes(bytes[next]!) > bytes.length) return undefined
    const { kind, count, next: after } = tokenAt(bytes, next)
    if (kind === 'never used') throw new Error('the result is no msgpack')
    left += kind === 'map' ? 2 * count : count
    next = after
  }
  return next <= bytes.length ? next : undefined
}
