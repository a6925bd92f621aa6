import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { UnpackrStream } from 'msgpackr'

/** Rows decoded by the quickest msgpack package there is, as arrays; 64-bit integers beyond 2^53 as bigint. */
export function decodedRows(path) {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 })
  return file.pipe(createGunzip({ chunkSize: 256 * 1024 })).pipe(new UnpackrStream({ int64AsType: 'auto' }))
}
