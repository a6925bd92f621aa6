import { defaultMaxListeners, setMaxListeners } from 'node:events'
import type { Readable } from 'node:stream'
import { Attempts, EarlyEnd } from './attempts.js'
import { chunksOf } from './chunks.js'
import { type Known, RangesRefused } from './continuation.js'
import { inOrder } from './ordered.js'
import { type PartPlan, partSize } from './part-plan.js'
import { fetchResult, type ResultRequest } from './request.js'

/** Bytes `start` to `end`, exclusive. */
interface Range {
  readonly start: number
  readonly end: number
}

export interface PartedResult {
  readonly total: number
  /** Of the reply to the first part; all others must have the same. */
  readonly etag: string
  /** The body of the first part, and where it lies. */
  readonly first: { readonly body: Readable; readonly start: number; readonly length: number }
  readonly plan: PartPlan
  /** Called before each request. */
  readonly onAttempt: () => void
}

/**
 * The chunks of a result from its first part on, in order, fetched in parts over several connections. Each part is
 * resumed for itself.
 *
 * Throws `RangesRefused` when a reply is not about the very same result, `SluiceError` when a part does not get on.
 */
export async function* fetchParts(request: ResultRequest, result: PartedResult): AsyncGenerator<Uint8Array> {
  const ending = new AbortController()
  const signal = AbortSignal.any([request.signal, ending.signal])
  // Each part under way listens to it, by its request or while it waits to make another.
  setMaxListeners(defaultMaxListeners + result.plan.connections, signal)
  const parts = rangesOf(result).map((range, i) =>
    fetchPart({ ...request, signal }, result, range, i === 0 ? result.first.body : undefined),
  )
  try {
    yield* inOrder(parts.values(), { active: result.plan.connections, bytes: result.plan.window })
  } finally {
    ending.abort()
  }
}

function rangesOf({ total, first, plan }: PartedResult): Range[] {
  const end = first.start + first.length
  const ranges = [{ start: first.start, end }]
  for (let start = end; start < total; start = ranges.at(-1)!.end) {
    ranges.push({ start, end: Math.min(start + partSize(plan, ranges.length), total) })
  }
  return ranges
}

async function* fetchPart(
  request: ResultRequest,
  result: PartedResult,
  { start, end }: Range,
  opened: Readable | undefined,
): AsyncGenerator<Uint8Array> {
  const attempts = new Attempts(request, result.plan.connections)
  let offset = start
  let body = opened
  while (offset < end) {
    try {
      body ??= await open(request, { ...result, offset }, end, result.onAttempt)
      for await (const chunk of chunksOf(body, request.client.patience.idleTimeoutMs, end - offset)) {
        offset += chunk.length
        attempts.progress(chunk.length)
        yield chunk
        attempts.wanted()
      }
      if (offset < end) throw new EarlyEnd(offset, end)
    } catch (error) {
      if (error instanceof RangesRefused) throw error
      await attempts.afterFailure(error, offset, end - offset)
    }
    body = undefined
  }
}

/** The body of a reply that goes on at `known.offset` and not beyond `end`. */
async function open(
  request: ResultRequest,
  known: Known,
  end: number,
  onAttempt: () => void,
): Promise<Readable> {
  onAttempt()
  const range = { start: known.offset, end: end - 1 }
  const { reply, verdict } = await fetchResult(request, known, 'rest', { range, ifRange: known.etag })
  if (verdict.kind === 'append' && known.offset + verdict.length! <= end) return reply.body
  reply.body.destroy()
  throw new RangesRefused('the server sends other bytes than asked')
}
