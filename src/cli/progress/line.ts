import type { EngineProgress, JobEvent, TransferEvent } from '../../model/progress.js'
import { escapeControls } from '../terminal/escape.js'
import { bytes, duration, grouped, plural } from '../terminal/units.js'
import { truncate, width } from '../terminal/width.js'

/** State that the live line shows; all of it may be missing. */
export interface LineState {
  readonly job?: Pick<JobEvent, 'jobId' | 'status' | 'progress'>
  /** Since the state of the job began, or since the transfer began, in milliseconds. */
  readonly elapsedMs: number
  readonly transfer?: TransferEvent
  /** Compressed bytes a second. */
  readonly bytesPerSecond?: number | undefined
}

/** A piece of the line. The piece of the highest rank goes first when there is too little room. */
interface Part {
  readonly text: string
  readonly rank: number
}

const BAR_CELLS = 20

/**
 * The live line, at most `columns` cells wide: the least important parts are left out first. `unicode` allows more
 * than ASCII.
 */
export function progressLine(state: LineState, columns: number, unicode: boolean): string {
  const joined = (parts: readonly Part[]) => parts.map(({ text }) => text).join(unicode ? ' · ' : ', ')
  const wide = joined(partsOf(state, (done) => `${bar(done, unicode)} ${percent(done)}`))
  if (width(wide) <= columns) return wide
  const parts = partsOf(state, percent)
  for (;;) {
    const line = joined(parts)
    if (parts.length === 1 || width(line) <= columns) return truncate(line, columns)
    const most = Math.max(...parts.map(({ rank }) => rank))
    parts.splice(
      parts.findLastIndex(({ rank }) => rank === most),
      1,
    )
  }
}

/** The same in one line of a log, without a bar. */
export function progressText(state: LineState): string {
  return partsOf(state, percent)
    .map(({ text }) => text)
    .join(', ')
}

/** Shows the part of the work that is done, 0 to 1. */
type Show = (done: number) => string

function partsOf(state: LineState, show: Show): Part[] {
  return state.transfer ? transferParts(state, state.transfer, show) : jobParts(state, show)
}

function jobParts({ job, elapsedMs }: LineState, show: Show): Part[] {
  if (!job) {
    return [
      { text: 'waiting for the API', rank: 1 },
      { text: duration(elapsedMs), rank: 0 },
    ]
  }
  const status = job.status === 'success' ? 'opening the result' : escapeControls(job.status)
  return [
    { text: `job ${job.jobId}`, rank: 4 },
    { text: status, rank: 0 },
    ...engineParts(job.progress, show),
    { text: duration(elapsedMs), rank: 1 },
  ]
}

function engineParts(progress: EngineProgress | undefined, show: Show): Part[] {
  const { percent, stages } = progress ?? {}
  return [
    ...(percent === undefined ? [] : [{ text: show(percent / 100), rank: 2 }]),
    ...(stages ? [{ text: `${grouped(stages.done)} of ${plural(stages.total, 'stage')}`, rank: 3 }] : []),
  ]
}

function transferParts(state: LineState, transfer: TransferEvent, show: Show): Part[] {
  const { bytesIn, totalBytesIn, rows } = transfer
  const rate = state.bytesPerSecond
  const left = totalBytesIn && rate ? ((totalBytesIn - bytesIn) / rate) * 1000 : undefined
  return [
    ...(state.job ? [{ text: `job ${state.job.jobId}`, rank: 5 }] : []),
    { text: totalBytesIn ? show(Math.min(1, bytesIn / totalBytesIn)) : bytes(bytesIn), rank: 0 },
    { text: plural(rows, 'row'), rank: 2 },
    ...(rate === undefined ? [] : [{ text: `${bytes(rate)}/s`, rank: 3 }]),
    { text: left === undefined ? duration(state.elapsedMs) : `${duration(left)} left`, rank: 1 },
  ]
}

function percent(done: number): string {
  return `${Math.floor(done * 100)}%`
}

function bar(done: number, unicode: boolean): string {
  const full = Math.floor(done * BAR_CELLS)
  return unicode
    ? '━'.repeat(full) + '─'.repeat(BAR_CELLS - full)
    : `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`
}
