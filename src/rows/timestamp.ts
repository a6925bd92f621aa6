import type { Extension } from './extension.js'

/** The extension type of timestamps. */
export const TIMESTAMP_TYPE = -1

/** The largest number of seconds of a `Date`: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const MOST_SECONDS = 8_640_000_000_000n

interface Timestamp {
  readonly seconds: bigint
  readonly nanoseconds: number
}

/**
 * The body of an extension of type -1: https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type.
 * `undefined` for an invalid one, and for one beyond the years of a `Date`.
 */
function readTimestamp(data: Uint8Array): Timestamp | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const read = (seconds: bigint, nanoseconds: number) => {
    const isValid = nanoseconds < 1e9 && seconds <= MOST_SECONDS && seconds >= -MOST_SECONDS
    return isValid ? { seconds, nanoseconds } : undefined
  }
  if (data.length === 4) return read(BigInt(view.getUint32(0)), 0)
  if (data.length === 8) return read(view.getBigUint64(0) & 0x3ffffffffn, view.getUint32(0) >>> 2)
  return data.length === 12 ? read(view.getBigInt64(4), view.getUint32(0)) : undefined
}

/**
 * The `Date` of a timestamp, which keeps its milliseconds. `undefined` for one that is finer than a microsecond: what a
 * program writes again would not be what it read.
 */
export function dateOf(data: Uint8Array): Date | undefined {
  const timestamp = readTimestamp(data)
  if (timestamp === undefined || timestamp.nanoseconds % 1000 !== 0) return undefined
  return new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanoseconds / 1e6))
}

/** A timestamp that is no `Date`, as the text formats write it, with all its digits; `undefined` for other extensions. */
export function timestampText({ type, data }: Extension): string | undefined {
  if (type !== TIMESTAMP_TYPE) return undefined
  const timestamp = readTimestamp(data)
  if (timestamp === undefined) return undefined
  const seconds = new Date(Number(timestamp.seconds) * 1000).toISOString().slice(0, -'.000Z'.length)
  return `${seconds}.${String(timestamp.nanoseconds).padStart(9, '0')}Z`
}
