import { SluiceError } from '../errors.js'
import type { Limits } from '../model/limits.js'

/** An array's header is at most this long: a type byte and a 32-bit count. */
const HEADER_BYTES = 5

/**
 * How many cells the first row has, read from its header, for results without a schema. No data is lost: `rows`
 * yields everything, what was looked at included. The width of no rows is 0.
 */
export async function rowWidth(
  chunks: AsyncIterable<Uint8Array>,
  limits: Limits,
): Promise<{ width: number; rows: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let head = Buffer.alloc(0)
  while (head.byteLength < HEADER_BYTES) {
    const next = await iterator.next()
    if (next.done === true) break
    seen.push(next.value)
    head = Buffer.concat([head, next.value.subarray(0, HEADER_BYTES)])
  }
  const width = head.byteLength === 0 ? 0 : arrayLength(head)
  if (width > limits.columns) {
    throw new SluiceError('E_LIMIT_COLUMNS', `row 1 claims ${width} columns, the limit is ${limits.columns}`)
  }
  return { width, rows: replay(seen, iterator) }
}

async function* replay(seen: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>) {
  try {
    yield* seen
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

/** fixarray 0x90-0x9f, array 16 0xdc, array 32 0xdd (msgpack specification, "array format family"). */
function arrayLength(head: Buffer): number {
  const type = head[0]!
  if (type >= 0x90 && type <= 0x9f) return type & 0x0f
  if (type === 0xdc && head.byteLength >= 3) return head.readUInt16BE(1)
  if (type === 0xdd && head.byteLength >= 5) return head.readUInt32BE(1)
  if (type === 0xdc || type === 0xdd) {
    throw new SluiceError('E_MSGPACK_TRUNCATED', 'the data ends inside row 1')
  }
  throw new SluiceError('E_NOT_MSGPACK', 'the data does not begin with a row: it is no msgpack result')
}
