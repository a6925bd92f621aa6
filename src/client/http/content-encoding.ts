import { promisify } from 'node:util'
import zlib, { constants } from 'node:zlib'
import { SluiceError, systemCode } from '../../errors.js'
import { UnusableReply } from '../json.js'
import { printable } from '../printable.js'

/** A proxy that compresses what has been compressed is one thing; more than this is an attack. */
const MOST_ENCODINGS = 3

type Decode = (bytes: Uint8Array, limit: number, isWhole: boolean) => Promise<Buffer>

const inflate = promisify(zlib.inflate)
const inflateRaw = promisify(zlib.inflateRaw)
const gunzip = promisify(zlib.gunzip)
const unbrotli = promisify(zlib.brotliDecompress)
/** Node has it from 22.15 on. */
const unzstd =
  'zstdDecompress' in zlib
    ? promisify(
        zlib.zstdDecompress as (
          bytes: Uint8Array,
          options: object,
          done: (e: Error | null, b: Buffer) => void,
        ) => void,
      )
    : undefined

const gzip: Decode = (bytes, maxOutputLength, isWhole) =>
  // A proxy may have decoded the body and left the header.
  isGzip(bytes) ? gunzip(bytes, { maxOutputLength, ...flushing(isWhole) }) : plain(bytes)

/** With the header of zlib, as RFC 9110 has it, or without, as some servers send it. */
const deflate: Decode = (bytes, maxOutputLength, isWhole) => {
  const [first = 0, second = 0] = bytes
  const hasHeader = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
  return (hasHeader ? inflate : inflateRaw)(bytes, { maxOutputLength, ...flushing(isWhole) })
}

const DECODERS = new Map<string, Decode>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', deflate],
  [
    'br',
    (bytes, maxOutputLength, isWhole) =>
      unbrotli(bytes, {
        maxOutputLength,
        finishFlush: isWhole ? undefined : constants.BROTLI_OPERATION_FLUSH,
      }),
  ],
  ['identity', plain],
])
if (unzstd !== undefined) DECODERS.set('zstd', (bytes, maxOutputLength) => unzstd(bytes, { maxOutputLength }))

async function plain(bytes: Uint8Array): Promise<Buffer> {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Of a body that was cut off, as much as there is. */
function flushing(isWhole: boolean) {
  return isWhole ? {} : { finishFlush: constants.Z_SYNC_FLUSH }
}

/**
 * A body without its content encodings. None was asked for, but a proxy may compress unasked, and may lose the header that
 * says so.
 *
 * @param encoding the Content-Encoding header
 * @param limit of the decoded bytes
 * @param isWhole whether the body was read to its end
 * @throws SluiceError `E_LIMIT_BODY` when more comes of it than `limit` bytes.
 * @throws UnusableReply (`E_PROTOCOL`) for an encoding that is unknown or damaged.
 */
export async function decoded(
  bytes: Uint8Array,
  encoding: string | undefined,
  limit: number,
  isWhole: boolean,
): Promise<Buffer> {
  const named = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const names = named.length === 0 && isGzip(bytes) ? ['gzip'] : named
  const unknown = names.find((name) => !DECODERS.has(name))
  if (unknown !== undefined || names.length > MOST_ENCODINGS) {
    const shown = printable(unknown ?? names.join(', '), 40)
    throw new UnusableReply(`the API reply has a content encoding that was not asked for: ${shown}`)
  }
  let body = await plain(bytes)
  // RFC 9110, section 8.4: in the order in which they were applied. Nothing is in an empty body.
  for (const name of body.length === 0 ? [] : names.reverse()) {
    body = await DECODERS.get(name)!(body, limit, isWhole).catch((error) => {
      if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') {
        throw new SluiceError('E_LIMIT_BODY', `the API reply has more than ${limit} bytes`)
      }
      throw new UnusableReply(`the API reply is no valid ${name}`)
    })
  }
  return body
}
