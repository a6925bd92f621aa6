import type { ColumnHistogram, ColumnSummary, Inspection } from '../../inspect/index.js'
import { toJson } from '../../rows/json.js'
import type { Value } from '../../rows/reader.js'
import { escapeControls } from '../terminal/escape.js'
import { type Entry, entries } from '../terminal/page.js'
import type { Style } from '../terminal/style.js'
import { type Cell, table } from '../terminal/table.js'
import { bytes, grouped, plural } from '../terminal/units.js'
import { truncate } from '../terminal/width.js'

/** No cell is shown wider than a screen. */
const LONGEST_CELL = 200
/** A least or greatest value in the table, in characters. */
const LONGEST_EXTREME = 24
/** From this width on there is room for all bars. */
const WIDE = 100

/** Output of `inspect` for people. `unicode` allows characters beyond ASCII. */
export function inspectionText(
  name: string,
  found: Inspection,
  style: Style,
  columns: number,
  unicode: boolean,
): string[] {
  const about: Entry[] = [
    ['format', [found.format, found.compression].filter((part) => part && part !== 'none').join(', ')],
    ['size', sizeText(found)],
    ['rows', rowsText(found)],
    ['row groups', found.rowGroups === undefined ? null : grouped(found.rowGroups)],
    ['indexes', found.indexes?.map((name) => name.replace('_', ' ')).join(', ') || null],
    ['written by', found.writer],
  ]
  const columnTable = table(
    COLUMN_HEADER,
    columnRows(found.columns, { unicode, narrow: columns < WIDE }),
    columns - 2,
    style,
  )
  const rowTable = table(rowHeader(found), found.firstRows.map(cellsOf), columns - 2, style)
  const notes = (...texts: string[]) =>
    texts.filter((text) => text !== '').map((text) => style.dim(`  ${truncate(text, columns - 2)}`))
  const error = `${(found.distinctError * 100).toFixed(1)}%`
  return [
    style.bold(escapeControls(name)),
    '',
    ...entries(about, style),
    '',
    style.bold(plural(found.columns.length, 'column')),
    ...indented(columnTable.lines),
    ...notes(
      `distinct: estimated, with a standard error of ${error}`,
      'spread: from min to max; of texts, from the shortest to the longest',
      found.columns.some(({ isGuessed }) => isGuessed)
        ? 'type: guessed from the values, as the format has none'
        : '',
      columnTable.hidden > 0 ? 'the screen is too narrow for more; --json has it all' : '',
    ),
    ...(found.firstRows.length === 0 ? [] : ['', style.bold('First rows'), ...indented(rowTable.lines)]),
    ...notes(rowTable.hidden > 0 ? `${plural(rowTable.hidden, 'column')} not shown` : ''),
  ]
}

/** The same for machines. Integers beyond 2^53 are texts, and nothing is cut. */
export function inspectionJson(name: string, found: Inspection): object {
  const rename = ({ name: column, ...summary }: ColumnSummary) => ({ column, ...summary })
  const { columns, firstRows, ...about } = found
  return plain({ file: name, ...about, columns: columns.map(rename), firstRows }) as object
}

function sizeText({ bytes: size, decodedBytes, compression }: Inspection): string | null {
  if (size === undefined) return null
  if (decodedBytes === undefined || compression === 'none') return bytes(size)
  // Of a few rows most bytes are the footer's, and a ratio below 1 says nothing of the rows.
  const ratio = decodedBytes < size ? '' : ` (${(decodedBytes / size).toFixed(1)} : 1)`
  return `${bytes(size)}, decoded ${bytes(decodedBytes)}${ratio}`
}

function rowsText({ rows, rowsRead }: Inspection): string {
  if (rows === rowsRead) return grouped(rows)
  return `${rows === undefined ? 'not counted' : grouped(rows)}; looked at the first ${grouped(rowsRead)}`
}

/** Of a column's name, in characters: a damaged or other file may have a megabyte in its first line. */
const LONGEST_NAME = 200

const RIGHT = 'right' as const
const COLUMN_HEADER = [
  { name: 'column' },
  { name: 'type' },
  { name: 'NULL', align: RIGHT, whole: true },
  { name: 'distinct', align: RIGHT, whole: true },
  { name: 'min' },
  { name: 'max' },
  { name: 'spread', whole: true },
]

function columnRows(columns: readonly ColumnSummary[], look: Look): Cell[][] {
  return columns.map((column) => [
    truncate(column.name, LONGEST_NAME),
    typeText(column),
    nullsText(column),
    `${column.distinct > 10 ? '~' : ''}${grouped(column.distinct)}`,
    extreme(column.min),
    extreme(column.max),
    column.histogram === null ? '' : spark(column.histogram, look),
  ])
}

function typeText({ type, isGuessed, kinds }: ColumnSummary): string {
  return type === '' ? Object.keys(kinds).join(', ') : `${type}${isGuessed ? '?' : ''}`
}

function nullsText({ nulls, kinds }: ColumnSummary): string {
  const all = Object.values(kinds).reduce((sum, n) => sum + n, nulls)
  if (nulls === 0) return '0'
  const percent = (nulls / all) * 100
  return `${grouped(nulls)} ${percent < 1 ? '(<1%)' : `(${Math.floor(percent)}%)`}`
}

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const ASCII_BLOCKS = ['.', ':', '-', '=', '+', '*', '%', '#']

interface Look {
  /** Characters beyond ASCII. */
  readonly unicode: boolean
  /** Half as many bars. */
  readonly narrow: boolean
}

/** One character a bar; empty bars are blank, and whatever is not empty can be seen. */
function spark(histogram: ColumnHistogram, { unicode, narrow }: Look): string {
  const blocks = unicode ? BLOCKS : ASCII_BLOCKS
  const counts = narrow && histogram.counts.length > 8 ? halved(histogram.counts) : histogram.counts
  const most = Math.max(...counts)
  return counts
    .map((n) => (n === 0 ? ' ' : blocks[Math.min(7, Math.ceil((n / most) * 8) - 1)]))
    .join('')
    .trimEnd()
}

function halved(counts: readonly number[]): number[] {
  return Array.from(
    { length: Math.ceil(counts.length / 2) },
    (_, i) => counts[2 * i]! + (counts[2 * i + 1] ?? 0),
  )
}

function extreme(value: ColumnSummary['min']): Cell {
  if (value === null) return ''
  const text = String(value)
  return text.length > LONGEST_EXTREME ? `${text.slice(0, LONGEST_EXTREME - 1)}…` : text
}

function rowHeader({ columns }: Inspection) {
  return columns.map(({ name, kinds }) => ({ name, align: kinds.number ? RIGHT : ('left' as const) }))
}

function cellsOf(row: readonly Value[]): Cell[] {
  return row.map((value) => {
    if (value === null) return null
    if (typeof value === 'string') return value.slice(0, LONGEST_CELL)
    if (value instanceof Date) return value.toISOString()
    return typeof value === 'object' ? toJson(value).slice(0, LONGEST_CELL) : String(value)
  })
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

/** A value that JSON can hold. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Map) return [...value].map(plain)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}
