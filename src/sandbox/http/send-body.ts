import type { ServerResponse } from 'node:http'
import type { WireFault } from '../faults/fault.js'
import type { ResultBody } from '../results/result-body.js'
import type { Pacer } from './pacer.js'
import type { ByteRange } from './range.js'
import { close, pause, reset, writeChunk } from './wire.js'

type Placed<K extends WireFault['kind']> = Extract<WireFault, { kind: K }> & { at: number }

function placed<K extends WireFault['kind']>(
  faults: readonly WireFault[],
  start: number,
  ...kinds: K[]
): Placed<K>[] {
  return faults
    .filter((fault): fault is Placed<K> => (kinds as string[]).includes(fault.kind) && 'at' in fault)
    .map((fault) => ({ ...fault, at: 'relative' in fault && fault.relative ? start + fault.at : fault.at }))
    .sort((a, b) => a.at - b.at)
}

/** Where a fault strikes in the whole result, for a reply that begins at `start`; `undefined` when it has no place. */
export function strikePoint(fault: WireFault, start: number): number | undefined {
  if (!('at' in fault) || fault.at === undefined) return undefined
  return fault.relative ? start + fault.at : fault.at
}

/**
 * A reset discards what the peer's kernel has not taken yet, which can be everything beyond its first receive buffer.
 * So that the cut is where it should be, a peer with more than that to read gets this long to read it.
 */
const UNREAD_BYTES = 48 * 1024
const SETTLE_MS = 25

export interface SendOptions {
  readonly body: ResultBody
  readonly range: ByteRange
  readonly faults: readonly WireFault[]
  readonly pacers: readonly Pacer[]
  /** Told about bytes that went out. */
  readonly onBytes: (count: number) => void
}

/**
 * Sends a range of a body, at the pace of the slowest pacer, with the faults that have a place in it. Returns `false`
 * when the connection is over, by a fault or because the client went away.
 */
export async function sendBody(response: ServerResponse, options: SendOptions): Promise<boolean> {
  const { body, range, faults, pacers, onBytes } = options
  const events = placed(faults, range.start, 'reset', 'fin', 'stall')
  const damages = placed(faults, range.start, 'corrupt')
  const slice = Math.min(Number.POSITIVE_INFINITY, ...pacers.map((pacer) => pacer.slice))
  let position = range.start

  async function write(bytes: Uint8Array): Promise<boolean> {
    for (let at = 0; at < bytes.length; at += slice) {
      const piece = bytes.subarray(at, Math.min(bytes.length, at + slice))
      for (const pacer of pacers) await pacer.take(piece.length)
      if (!(await writeChunk(response, piece))) return false
      position += piece.length
      onBytes(piece.length)
    }
    return true
  }

  /** Carries out the events before the byte at `position`. */
  async function strike(): Promise<boolean> {
    while (events[0] !== undefined && events[0].at <= position) {
      const event = events.shift()!
      response.flushHeaders()
      if (event.kind === 'stall') {
        await pause(response, event.ms)
        continue
      }
      if (event.kind === 'reset') {
        if (position - range.start > UNREAD_BYTES) await pause(response, SETTLE_MS)
        reset(response.socket)
      } else close(response.socket)
      return false
    }
    return true
  }

  for await (const chunk of body.read(range.start, range.end)) {
    let rest = damage(chunk, position, damages)
    while (rest.length > 0) {
      if (!(await strike())) return false
      const room = (events[0]?.at ?? Number.POSITIVE_INFINITY) - position
      if (!(await write(rest.subarray(0, Math.min(rest.length, room))))) return false
      rest = rest.subarray(Math.min(rest.length, room))
    }
  }
  return strike()
}

function damage(chunk: Uint8Array, position: number, damages: readonly Placed<'corrupt'>[]): Uint8Array {
  const hits = damages.filter(({ at }) => at >= position && at < position + chunk.length)
  if (hits.length === 0) return chunk
  const copy = Uint8Array.from(chunk)
  for (const { at, mask = 0xff } of hits) copy[at - position]! ^= mask
  return copy
}
