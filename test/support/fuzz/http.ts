import type { Random } from '../../../bench/random.js'
import { close, raw, reset, type Step } from '../client/server.js'

/** How the connection goes on after what was sent. Staying silent costs the whole idle timeout, so it is rare. */
function ending(random: Random): (...parts: (string | Uint8Array)[]) => Step {
  if (random.oneIn(60)) return raw
  return random.oneIn(3) ? reset : close
}

function chunked(body: Buffer, random: Random): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const size = 1 + random.below(body.length)
    const part = body.subarray(at, at + size)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    at += size
  }
  return [...parts, Buffer.from('0\r\n\r\n')]
}

const EXTRA_HEADERS = [
  'content-encoding: gzip',
  'content-encoding: br',
  'content-encoding: x-unknown',
  'content-range: bytes 0-9/10',
  'content-type: text/html',
  'etag: "v1"',
  'etag: W/"v1"',
  'transfer-encoding: gzip',
  'connection: close',
  'retry-after: 0',
  'x: \x00',
  ' folded: yes',
  'no colon here',
  `x: ${'y'.repeat(20_000)}`,
]

const STATUSES = [200, 200, 200, 200, 200, 200, 203, 204, 206, 304, 400, 404, 409, 416, 500, 503, 99, 999]

/**
 * A reply to a request for a result, honest about the bytes and wrong in its head or framing: what it carries is `body`
 * or part of it, so that a success must have exactly `body`.
 */
export function mutatedReply(body: Buffer, random: Random): Step {
  const inChunks = random.oneIn(2)
  const length = random.pick([
    ...Array<string>(5).fill(`${body.length}`),
    `${body.length + 1 + random.below(50)}`,
    `${Math.max(0, body.length - 1 - random.below(50))}`,
    '-1',
    '1e3',
    '99999999999999999999',
    `${body.length}, ${body.length}`,
  ])
  const framing = random.pick([
    ...Array<string[]>(6).fill([inChunks ? 'transfer-encoding: chunked' : `content-length: ${length}`]),
    [],
    [`content-length: ${length}`, 'transfer-encoding: chunked'],
    [`content-length: ${length}`, `content-length: ${length}1`],
  ])
  const extra = random.oneIn(2) ? [random.pick(EXTRA_HEADERS)] : []
  const first = `HTTP/1.1 ${random.pick(STATUSES)} Fuzzed`
  const head = Buffer.from(`${[first, ...framing, ...extra].join('\r\n')}\r\n\r\n`, 'latin1')
  const payload = Buffer.concat(inChunks ? chunked(body, random) : [body])
  const bodyStart = head.length
  let bytes = Buffer.concat([head, payload])
  if (random.oneIn(3)) damageOutsideBody(bytes, bodyStart, inChunks, body, random)
  if (random.oneIn(3)) bytes = bytes.subarray(0, random.below(bytes.length))
  const cut = random.below(bytes.length)
  return ending(random)(bytes.subarray(0, cut), bytes.subarray(cut))
}

/** Flips a bit of the head, or of the framing at the end of a chunked body; the body's own bytes stay as they are. */
function damageOutsideBody(
  bytes: Buffer,
  bodyStart: number,
  inChunks: boolean,
  body: Buffer,
  random: Random,
): void {
  const inTail = inChunks && body.length > 0 && random.oneIn(2)
  const at = inTail ? bytes.length - 1 - random.below(5) : random.below(bodyStart)
  bytes[at]! ^= 1 << random.below(8)
}
