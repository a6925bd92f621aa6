import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, deflate, gzip } from 'node:zlib'
import type { WireFault } from '../faults/fault.js'
import { memoryBody, type ResultBody } from '../results/result-body.js'
import { type ByteRange, ifRangeHolds, type RangeOutcome, resolveRange } from './range.js'
import type { Reply } from './reply.js'

const COMPRESS = { gzip: promisify(gzip), deflate: promisify(deflate), br: promisify(brotliCompress) }

/** The fault of a kind, if it is among those that strike. */
export function faultOf<K extends WireFault['kind']>(
  faults: readonly WireFault[],
  kind: K,
): Extract<WireFault, { kind: K }> | undefined {
  return faults.find((fault): fault is Extract<WireFault, { kind: K }> => fault.kind === kind)
}

function etagUnder(faults: readonly WireFault[], etag: string): string | undefined {
  if (faultOf(faults, 'no-etag')) return undefined
  const tag = faultOf(faults, 'etag')?.etag ?? etag
  return faultOf(faults, 'weak-etag') ? `W/${tag.replace(/^W\//, '')}` : tag
}

/** Which part of a body a request gets. */
export function outcomeUnder(
  faults: readonly WireFault[],
  request: IncomingMessage,
  body: ResultBody,
): RangeOutcome {
  if (faultOf(faults, 'ignore-range') || faultOf(faults, 'encode')) return { kind: 'whole' }
  const ifRange = request.headers['if-range'] as string | undefined
  if (!ifRangeHolds(ifRange, etagUnder(faults, body.etag))) return { kind: 'whole' }
  return resolveRange(request.headers.range, body.size)
}

export function rangeOf(outcome: RangeOutcome, size: number): ByteRange {
  return outcome.kind === 'part' ? outcome.range : { start: 0, end: size }
}

function contentRange(faults: readonly WireFault[], range: ByteRange, size: number): string | undefined {
  const lie = faultOf(faults, 'lie-range')
  const by = lie?.by ?? 0
  if (lie?.what === 'none') return undefined
  const start = range.start + (lie?.what === 'start' ? by : 0)
  const total = lie?.what === 'star' ? '*' : size + (lie?.what === 'total' ? by : 0)
  return `bytes ${start}-${range.end - 1}/${total}`
}

/** The bytes a 206 really carries: those asked for, unless it lies about them. */
function carried(faults: readonly WireFault[], range: ByteRange, size: number): ByteRange {
  const lie = faultOf(faults, 'lie-range')
  if (lie?.what !== 'bytes') return range
  const start = Math.min(Math.max(0, range.start + (lie.by ?? 0)), size)
  return { start, end: Math.min(size, start + range.end - range.start) }
}

async function encoded(body: ResultBody, encoding: keyof typeof COMPRESS): Promise<ResultBody> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body.read(0, body.size)) chunks.push(chunk)
  return memoryBody(await COMPRESS[encoding](Buffer.concat(chunks)))
}

/** The message to send: the head, and the part of a body that follows it. */
export interface Message {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: ResultBody
  readonly range: ByteRange
  /** The range a 206 answers, whatever its head says. */
  readonly part?: ByteRange
}

/** A reply in ranges, RFC 9110 section 14, as far as the faults let it be. */
function rangedMessage(
  request: IncomingMessage,
  reply: Reply,
  body: ResultBody,
  faults: readonly WireFault[],
): Message {
  const headers: OutgoingHttpHeaders = { ...reply.headers }
  const etag = etagUnder(faults, body.etag)
  if (etag !== undefined) headers.etag = etag
  if (!faultOf(faults, 'no-accept-ranges')) headers['accept-ranges'] = 'bytes'
  const outcome = outcomeUnder(faults, request, body)
  if (outcome.kind === 'unsatisfiable') {
    headers['content-range'] = `bytes */${body.size}`
    return { status: 416, headers, body, range: { start: 0, end: 0 } }
  }
  if (outcome.kind === 'whole')
    return { status: reply.status, headers, body, range: rangeOf(outcome, body.size) }
  const value = contentRange(faults, outcome.range, body.size)
  if (value !== undefined) headers['content-range'] = value
  return { status: 206, headers, body, range: carried(faults, outcome.range, body.size), part: outcome.range }
}

async function encodedMessage(message: Message, faults: readonly WireFault[]): Promise<Message> {
  const encoding = faultOf(faults, 'encode')?.encoding
  const label = faultOf(faults, 'label')?.encoding ?? encoding
  if (label === undefined) return message
  const headers = { ...message.headers, 'content-encoding': label }
  if (encoding === undefined) return { ...message, headers }
  const body = await encoded(message.body, encoding)
  return { ...message, headers, body, range: { start: 0, end: body.size } }
}

/** The head and the part of the body that answer a request. */
export async function messageOf(
  request: IncomingMessage,
  reply: Reply,
  faults: readonly WireFault[],
): Promise<Message> {
  if (reply.representation)
    return encodedMessage(rangedMessage(request, reply, reply.representation, faults), faults)
  const body = memoryBody(reply.body ?? new Uint8Array())
  const range = { start: 0, end: body.size }
  return encodedMessage({ status: reply.status, headers: { ...reply.headers }, body, range }, faults)
}
