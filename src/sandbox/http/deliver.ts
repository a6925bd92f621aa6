import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint, WireFault } from '../faults/fault.js'
import type { Faults } from '../faults/faults.js'
import { faultOf, type Message, messageOf, outcomeUnder, rangeOf } from './message.js'
import { Pacer, type Throttle } from './pacer.js'
import type { ByteRange, RangeOutcome } from './range.js'
import type { Reply } from './reply.js'
import { sendBody, strikePoint } from './send-body.js'
import { close, pause } from './wire.js'

/** The log's view of a delivery. */
export interface Delivered {
  range: ByteRange | undefined
  bytesSent: number
}

export interface Delivery {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** `undefined` for an invalid path. */
  readonly endpoint: Endpoint | undefined
  readonly reply: Reply
  /** `undefined` when no fault may strike. */
  readonly faults: Faults | undefined
  readonly throttle: Throttle | undefined
  readonly delivered: Delivered
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

function takeFaults(delivery: Delivery): WireFault[] {
  const { endpoint, faults } = delivery
  if (endpoint === undefined || faults === undefined) return []
  return faults.takeWireFaults(endpoint, (fault, taken) => fits(fault, taken, delivery))
}

/** Sends the head, with the framing of the body. */
function sendHead(
  response: ServerResponse,
  { status, headers, range }: Message,
  faults: readonly WireFault[],
) {
  const frame = faultOf(faults, 'frame')
  if (frame?.how === 'close') {
    response.useChunkedEncodingByDefault = false
    response.shouldKeepAlive = false
  }
  const length = range.end - range.start + (frame?.by ?? 0)
  const framed = frame === undefined || frame.how === 'length'
  response.writeHead(status, framed ? { ...headers, 'content-length': length } : headers)
}

function pacersOf({ request, throttle }: Delivery, faults: readonly WireFault[]): Pacer[] {
  const trickle = faultOf(faults, 'trickle')
  return [
    ...(throttle ? [throttle.pacerOf(request.socket)] : []),
    ...(trickle ? [new Pacer(trickle.bytesPerSecond)] : []),
  ]
}

/** Sends a reply: conditional and range requests, framing, pace, and whatever faults are due. */
export async function deliver(delivery: Delivery): Promise<void> {
  const { request, response, delivered } = delivery
  const faults = takeFaults(delivery)
  const message = await messageOf(request, delivery.reply, faults)
  const stall = faultOf(faults, 'stall')
  if (stall && stall.at === undefined) await pause(response, stall.ms)
  if (response.destroyed) return

  delivered.range = message.part
  sendHead(response, message, faults)
  const complete = await sendBody(response, {
    ...message,
    faults,
    pacers: pacersOf(delivery, faults),
    onBytes(count) {
      delivered.bytesSent += count
    },
  })
  if (!complete) return
  const missing = (faultOf(faults, 'frame')?.by ?? 0) > 0
  if (missing) return close(response.socket)
  if (faultOf(faults, 'drop-connection')) response.once('finish', () => request.socket.destroySoon())
  response.end()
}
