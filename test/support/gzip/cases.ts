import { type Duplex, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { SluiceError } from '../../../src/errors.js'

/** What came of unpacking: the bytes, or the code of the `SluiceError`. Any other error is thrown. */
export async function outcome(stage: Duplex, chunks: readonly Uint8Array[]): Promise<Buffer | string> {
  // Not `pipeline`: a stage must report its failure to whoever reads it, without help.
  Readable.from(chunks, { objectMode: false }).pipe(stage)
  try {
    return await buffer(stage)
  } catch (error) {
    if (error instanceof SluiceError) return error.code
    throw error
  }
}

/** Text that compresses, but not to nothing, the same on every run. */
export function sampleText(length: number): Buffer {
  let state = 42
  const words = Array.from({ length: Math.ceil(length / 4) }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state >> 12).toString(36)
  })
  return Buffer.from(words.join(' ')).subarray(0, length)
}

/** A gzip member with header fields; see RFC 1952, section 2.3. */
export function memberWith(data: Uint8Array, flags: number, fields: Uint8Array): Buffer {
  const plain = gzipSync(data)
  const header = Buffer.from(plain.subarray(0, 10))
  header[3] = flags
  return Buffer.concat([header, fields, plain.subarray(10)])
}

/** `data` in every pair of two pieces, and byte by byte. */
export function* chunkings(data: Buffer): Generator<Buffer[]> {
  for (let at = 0; at <= data.length; at++) yield [data.subarray(0, at), data.subarray(at)]
  yield Array.from(data, (byte) => Buffer.of(byte))
}
