import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, deflate, gzip } from 'node:zlib'
import type { Endpoint, WireFault } from '../faults/fault.js'
import type { Faults } from '../faults/faults.js'
import { memoryBody, type ResultBody } from '../results/result-body.js'
import { Pacer, type Throttle } from './pacer.js'
import { type ByteRange, ifRangeHolds, type RangeOutcome, resolveRange } from './range.js'
import type { Reply } from './reply.js'
import { sendBody, strikePoint } from './send-body.js'
import { close, pause } from './wire.js'

const COMPRESS = { gzip: promisify(gzip), deflate: promisify(deflate), br: promisify(brotliCompress) }

/** The log's view of a delivery. */
export interface Delivered {
  status: number
  range: ByteRange | undefined
  bytesSent: number
}

export interface Delivery {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** `undefined` for a path that is none. */
  readonly endpoint: Endpoint | undefined
  readonly reply: Reply
  /** `undefined` when no fault may strike. */
  readonly faults: Faults | undefined
  readonly throttle: Throttle | undefined
  readonly delivered: Delivered
}

const find = <K extends WireFault['kind']>(faults: readonly WireFault[], kind: K) =>
  faults.find((fault): fault is Extract<WireFault, { kind: K }> => fault.kind === kind)

function etagUnder(faults: readonly WireFault[], etag: string): string | undefined {
  if (find(faults, 'no-etag')) return undefined
  const tag = find(faults, 'etag')?.etag ?? etag
  return find(faults, 'weak-etag') ? `W/${tag.replace(/^W\//, '')}` : tag
}

function outcomeUnder(
  faults: readonly WireFault[],
  request: IncomingMessage,
  body: ResultBody,
): RangeOutcome {
  if (find(faults, 'ignore-range') || find(faults, 'encode')) return { kind: 'whole' }
  const ifRange = request.headers['if-range'] as string | undefined
  if (!ifRangeHolds(ifRange, etagUnder(faults, body.etag))) return { kind: 'whole' }
  return resolveRange(request.headers.range, body.size)
}

function rangeOf(outcome: RangeOutcome, size: number): ByteRange {
  return outcome.kind === 'part' ? outcome.range : { start: 0, end: size }
}

/** Whether a fault can strike this reply, given those already chosen for it. */
function fits(fault: WireFault, chosen: readonly WireFault[], delivery: Delivery): boolean {
  const { request, reply } = delivery
  const body = reply.representation
  const size = body?.size ?? reply.body?.length ?? 0
  const outcome: RangeOutcome = body ? outcomeUnder(chosen, request, body) : { kind: 'whole' }
  if (fault.kind === 'ignore-range') return body !== undefined && request.headers.range !== undefined
  if (fault.kind === 'lie-range') return outcome.kind === 'part'
  const { start, end } = rangeOf(outcome, size)
  const point = strikePoint(fault, start)
  if (point === undefined) return true
  if (outcome.kind === 'unsatisfiable' || (body && reply.status !== 200)) return false
  const afterAll = fault.kind !== 'corrupt' && point === end && (end === size || 'relative' in fault)
  return (point >= start && point < end) || afterAll
}

function contentRange(faults: readonly WireFault[], range: ByteRange, size: number): string | undefined {
  const lie = find(faults, 'lie-range')
  const by = lie?.by ?? 0
  if (lie?.what === 'none') return undefined
  const start = range.start + (lie?.what === 'start' ? by : 0)
  const total = lie?.what === 'star' ? '*' : size + (lie?.what === 'total' ? by : 0)
  return `bytes ${start}-${range.end - 1}/${total}`
}

/** The bytes a 206 really carries: those asked for, unless it lies about them. */
function carried(faults: readonly WireFault[], range: ByteRange, size: number): ByteRange {
  const lie = find(faults, 'lie-range')
  if (lie?.what !== 'bytes') return range
  const start = Math.min(Math.max(0, range.start + (lie.by ?? 0)), size)
  return { start, end: Math.min(size, start + range.end - range.start) }
}

async function encoded(body: ResultBody, encoding: keyof typeof COMPRESS): Promise<ResultBody> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body.read(0, body.size)) chunks.push(chunk)
  return memoryBody(await COMPRESS[encoding](Buffer.concat(chunks)))
}

function takeFaults(delivery: Delivery): WireFault[] {
  const { endpoint, faults } = delivery
  if (endpoint === undefined || faults === undefined) return []
  return faults.takeWireFaults(endpoint, (fault, taken) => fits(fault, taken, delivery))
}

/** Sends a reply: conditional and range requests, framing, pace, and whatever faults are due. */
export async function deliver(delivery: Delivery): Promise<void> {
  const { request, response, reply, throttle, delivered } = delivery
  const chosen = takeFaults(delivery)
  const headers: OutgoingHttpHeaders = { ...reply.headers }
  let status = reply.status
  let body = reply.representation ?? memoryBody(reply.body ?? new Uint8Array())
  let range: ByteRange = { start: 0, end: body.size }
  if (reply.representation) {
    const etag = etagUnder(chosen, body.etag)
    if (etag !== undefined) headers.etag = etag
    if (!find(chosen, 'no-accept-ranges')) headers['accept-ranges'] = 'bytes'
    const outcome = outcomeUnder(chosen, request, body)
    range = rangeOf(outcome, body.size)
    if (outcome.kind === 'unsatisfiable') {
      status = 416
      headers['content-range'] = `bytes */${body.size}`
      range = { start: 0, end: 0 }
    } else if (outcome.kind === 'part') {
      status = 206
      delivered.range = range
      const value = contentRange(chosen, range, body.size)
      if (value !== undefined) headers['content-range'] = value
      range = carried(chosen, range, body.size)
    }
  }
  const encode = find(chosen, 'encode')
  if (encode) {
    body = await encoded(body, encode.encoding)
    range = { start: 0, end: body.size }
    headers['content-encoding'] = encode.encoding
  }
  const label = find(chosen, 'label')
  if (label) headers['content-encoding'] = label.encoding

  const frame = find(chosen, 'frame')
  if (frame?.how === 'close') {
    response.useChunkedEncodingByDefault = false
    response.shouldKeepAlive = false
  } else if (frame?.how !== 'chunked') {
    headers['content-length'] = range.end - range.start + (frame?.by ?? 0)
  }
  const stall = chosen.find((fault) => fault.kind === 'stall' && fault.at === undefined)
  if (stall?.kind === 'stall') await pause(response, stall.ms)
  if (response.destroyed) return

  delivered.status = status
  response.writeHead(status, headers)
  const trickle = find(chosen, 'trickle')
  const complete = await sendBody(response, {
    body,
    range,
    faults: chosen,
    pacers: [
      ...(throttle ? [throttle.pacerOf(request.socket)] : []),
      ...(trickle ? [new Pacer(trickle.bytesPerSecond)] : []),
    ],
    onBytes(count) {
      delivered.bytesSent += count
    },
  })
  if (!complete) return
  if (frame?.how === 'length' && (frame.by ?? 0) > 0) return close(response.socket)
  if (find(chosen, 'drop-connection')) response.once('finish', () => request.socket.destroySoon())
  response.end()
}
