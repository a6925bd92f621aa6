import type { RunStatus, TimeStatus } from '../../manifest/status.js'
import type { Style } from '../terminal/style.js'
import { type Cell, table } from '../terminal/table.js'
import { bytes, duration, grouped } from '../terminal/units.js'

const HEADER = [
  { name: 'scheduled time', whole: true },
  { name: 'state', whole: true },
  { name: 'rows', align: 'right' },
  { name: 'size', align: 'right' },
  { name: 'took', align: 'right' },
  { name: 'ended' },
  { name: 'job' },
] as const

/** A table for each export, its latest scheduled time first. */
export function runStatusText({ exports }: RunStatus, style: Style, columns: number): string[] {
  const lines = exports.flatMap(({ name, missing, times }) => {
    const told =
      missing === 0 ? '' : style.yellow(`, ${grouped(missing)} of ${grouped(times.length)} not complete`)
    return ['', style.bold(name) + told, ...table(HEADER, times.map(cellsOf), columns, style).lines]
  })
  return lines.slice(1)
}

function cellsOf(time: TimeStatus): Cell[] {
  const { scheduledTime, status, code, rows, bytes: size, durationMs, at = '', jobId = '' } = time
  return [
    scheduledTime,
    code === undefined ? status : `${status} (${code})`,
    rows === undefined ? '' : grouped(rows),
    size === undefined ? '' : bytes(size),
    durationMs === undefined ? '' : duration(durationMs),
    at,
    jobId,
  ]
}
