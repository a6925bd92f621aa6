import type { JobEvent, TransferEvent } from '../../model/progress.js'
import { escapeControls } from '../terminal/escape.js'
import { bytes, duration, plural } from '../terminal/units.js'
import { truncate } from '../terminal/width.js'

/** What the live line tells; all of it may be missing. */
export interface LineState {
  readonly job?: Pick<JobEvent, 'jobId' | 'status'>
  /** Since the state of the job began, or since the transfer began, in milliseconds. */
  readonly elapsedMs: number
  readonly transfer?: TransferEvent
  /** Compressed bytes a second. */
  readonly bytesPerSecond?: number | undefined
}

const BAR_CELLS = 20

/** The live line, at most `columns` cells wide. `unicode` allows characters beyond ASCII. */
export function progressLine(state: LineState, columns: number, unicode: boolean): string {
  const parts = state.transfer ? transferParts(state, state.transfer, columns, unicode) : jobParts(state)
  return truncate(parts.join(unicode ? ' · ' : ', '), columns)
}

function jobParts({ job, elapsedMs }: LineState): string[] {
  if (!job) return ['waiting for the API', duration(elapsedMs)]
  return [`job ${job.jobId}`, escapeControls(job.status), duration(elapsedMs)]
}

function transferParts(
  state: LineState,
  { bytesIn, totalBytesIn, rows }: TransferEvent,
  columns: number,
  unicode: boolean,
): string[] {
  const rate = state.bytesPerSecond
  const done = totalBytesIn ? Math.min(1, bytesIn / totalBytesIn) : undefined
  const parts = state.job ? [`job ${state.job.jobId}`] : []
  if (done !== undefined) {
    const percent = `${Math.floor(done * 100)}%`
    parts.push(columns >= 90 ? `${bar(done, unicode)} ${percent}` : percent)
  }
  parts.push(plural(rows, 'row'))
  if (done === undefined) parts.push(bytes(bytesIn))
  if (rate !== undefined) parts.push(`${bytes(rate)}/s`)
  if (totalBytesIn && rate) parts.push(`${duration(((totalBytesIn - bytesIn) / rate) * 1000)} left`)
  else parts.push(duration(state.elapsedMs))
  return parts
}

function bar(done: number, unicode: boolean): string {
  const full = Math.floor(done * BAR_CELLS)
  return unicode
    ? '━'.repeat(full) + '─'.repeat(BAR_CELLS - full)
    : `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`
}
