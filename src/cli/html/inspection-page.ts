import type { ChunkLayout, ColumnSummary, Inspection } from '../../inspect/index.js'
import { toJson } from '../../rows/json.js'
import type { Value } from '../../rows/reader.js'
import { bytes, grouped, plural } from '../terminal/units.js'
import { cut, html, type Markup } from './markup.js'
import { pageText, plainTable, tableMarkup, valueMarkup } from './page.js'
import { barPlot, ends, shareBar } from './plots.js'

/** Limits of a page, so that its size has a bound: some megabytes for the worst file, tens of kilobytes for most. */
const MOST_COLUMNS = 200
const MOST_GROUPS = 200
const MOST_ROW_COLUMNS = 50
const MOST_ROWS = 20
/** Of a name that stands in a heading. */
const LONGEST_NAME = 80

/** A page about a file. `now` is in milliseconds since 1970. */
export function inspectionPage(name: string, found: Inspection, now: number): string {
  const columns = found.columns.slice(0, MOST_COLUMNS)
  const left = found.columns.length - columns.length
  const note = html`<p class="dim">${plural(left, 'more column')} not shown; --columns chooses others.</p>`
  return pageText({
    title: name,
    subtitle: subtitleOf(found),
    facts: [
      ['format', found.format],
      ['compression', found.compression],
      ['size', found.bytes === undefined ? null : bytes(found.bytes)],
      ['decoded', found.decodedBytes === undefined ? null : bytes(found.decodedBytes)],
      ['rows', found.rows === undefined ? 'not counted' : grouped(found.rows)],
      ['columns', grouped(found.columns.length)],
      ['row groups', found.rowGroups === undefined ? null : grouped(found.rowGroups)],
      ['indexes', found.indexes?.map((index) => index.replaceAll('_', ' ')).join(', ')],
      ['written by', found.writer],
    ],
    body: [
      html`<h2>Columns</h2>`,
      overview(columns, found),
      ...(left > 0 ? [note] : []),
      html`<h2>Values</h2>\n<div class="cards">${columns.map((column, i) => card(column, i, found))}</div>`,
      ...layoutSection(found),
      ...rowsSection(found),
    ],
    now,
  })
}

function subtitleOf({ rows, rowsRead, columns }: Inspection): string {
  const part = rows === rowsRead ? '' : ` · only the first ${plural(rowsRead, 'row')} were read`
  const guessed = columns.some(({ isGuessed }) => isGuessed)
    ? ' · types are guessed from the values, as the format has none'
    : ''
  return `${rows === undefined ? 'rows not counted' : plural(rows, 'row')}, ${plural(columns.length, 'column')}${part}${guessed}`
}

function overview(columns: readonly ColumnSummary[], { distinctError }: Inspection): Markup {
  const rows = columns.map((column, i) => [
    html`<a href="#c${i}">${valueMarkup(column.name, LONGEST_NAME)}</a>`,
    html`${typeOf(column)}`,
    html`${percent(nullShare(column))}${shareBar(nullShare(column), `${percent(nullShare(column))} NULL`)}`,
    html`${grouped(column.nulls)}`,
    html`${distinctText(column)}`,
    valueOrNothing(column.min),
    valueOrNothing(column.max),
  ])
  const headings = [
    ['column'],
    ['type'],
    ['NULL share', 'n'],
    ['NULLs', 'n'],
    ['distinct', 'n'],
    ['min'],
    ['max'],
  ] as const
  return html`${tableMarkup('Columns', headings, rows)}<p class="dim">Distinct values above 10 are estimated, with a standard error of ${(distinctError * 100).toFixed(1)}%.</p>`
}

function card(column: ColumnSummary, at: number, found: Inspection): Markup {
  const { name, histogram, nulls } = column
  const shape = histogram === null ? null : histogramMarkup(column, histogram)
  return html`
<section class="card" id="c${at}" aria-labelledby="n${at}">
<h3 id="n${at}">${valueMarkup(name, LONGEST_NAME)}</h3>
<p class="dim">${typeOf(column) || 'no type'} &middot; ${distinctText(column)} distinct &middot; ${percent(nullShare(column))} NULL${nulls > 0 && ` (${grouped(nulls)})`}${column.special > 0 && ` · ${grouped(column.special)} NaN or infinite`}</p>
${shape}${topMarkup(column, found)}</section>`
}

function histogramMarkup(column: ColumnSummary, histogram: NonNullable<ColumnSummary['histogram']>): Markup {
  const { of, from, to, counts } = histogram
  const width = (to - from + (isWhole(histogram) ? 1 : 0)) / counts.length
  const isTime = column.kinds.time !== undefined && of === 'value'
  const isBoolean = column.kinds.boolean !== undefined && of === 'value' && counts.length === 2
  const edge = (value: number) =>
    isTime ? new Date(value).toISOString().slice(0, 19).replace('T', ' ') : shortNumber(value)
  const label = (i: number) => {
    if (isBoolean) return i === 0 ? 'false' : 'true'
    return `${edge(from + i * width)} – ${edge(Math.min(to, from + (i + 1) * width))}`
  }
  const what = of === 'length' ? 'length' : isTime ? 'time' : 'value'
  const bars = counts.map((count, i) => ({ label: `${label(i)}: ${grouped(count)}`, value: count }))
  const [first, last] = isBoolean ? ['false', 'true'] : [edge(from), edge(to)]
  const least = of === 'value' && column.min !== null && !isBoolean ? extreme(column.min) : first
  const greatest = of === 'value' && column.max !== null && !isBoolean ? extreme(column.max) : last
  const table = plainTable(
    [[what], ['cells', 'n']],
    counts.map((count, i) => [html`${label(i)}`, html`${grouped(count)}`]),
  )
  return html`<div class="plot"><h4><span>spread of ${what}s</span><span>tallest: ${grouped(Math.max(...counts))}</span></h4>
${barPlot(`Histogram of ${what}s from ${least} to ${greatest}`, bars)}${ends(least, greatest)}
<details><summary>Numbers of the plot</summary>${table}</details></div>`
}

/** Of integers with no more parts than there are of them, each part is as many integers. */
function isWhole({ of, from, to, counts }: NonNullable<ColumnSummary['histogram']>): boolean {
  return of === 'length' || (Number.isInteger(from) && Number.isInteger(to) && to - from + 1 <= counts.length)
}

function topMarkup({ top, kinds }: ColumnSummary, { rowsRead }: Inspection): Markup | null {
  if (top === undefined || top.values.length === 0) return null
  const most = top.values[0]!.count
  if (most <= 1)
    return html`<p class="dim">${top.isExact ? 'Each value occurs once.' : 'No value is much commoner than others.'}</p>`
  const cells = Object.values(kinds).reduce((sum, n) => sum + n, 0)
  const items = top.values
    .filter(({ count }) => count > 1)
    .map(({ value, count }) => {
      const share = percent(count / Math.max(1, cells))
      return html`<li>${value === '' ? html`<span class="null">empty text</span>` : valueMarkup(value)}<span>${!top.isExact && '≥ '}${grouped(count)} <span class="dim">${share}</span></span>${shareBar(count / Math.max(1, rowsRead), `${share} of the values`)}</li>\n`
    })
  const open = items.slice(0, 5)
  const rest = items.slice(5)
  return html`<div class="plot"><h4><span>commonest values</span></h4><ol class="top">${open}</ol>${
    rest.length > 0 &&
    html`<details><summary>${plural(rest.length, 'more value')}</summary><ol class="top">${rest}</ol></details>`
  }${!top.isExact && html`<p class="dim">Counts may be too small by ${grouped(top.error)}.</p>`}</div>`
}

function layoutSection({ layout, columns, rowGroups = 0 }: Inspection): Markup[] {
  if (layout === undefined || layout.length === 0) return []
  const groups = layout.slice(0, MOST_GROUPS)
  const size = (chunks: readonly ChunkLayout[]) => chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
  const sizes = groups.map((group) => size(group.columns))
  const bars = groups.map((group, i) => ({
    label: `row group ${i}: ${bytes(sizes[i]!)}, ${plural(group.rows, 'row')}`,
    value: sizes[i],
  }))
  const all = layout.map((group) => size(group.columns)).reduce((sum, n) => sum + n, 0)
  const rows = columns.slice(0, MOST_COLUMNS).map((column, at) => {
    const chunks = layout.map((group) => group.columns[at]!)
    const stored = size(chunks)
    const decoded = chunks.reduce((sum, chunk) => sum + chunk.decodedBytes, 0)
    const pages = chunks.reduce((sum, chunk) => sum + (chunk.pages ?? 0), 0)
    const share = all === 0 ? 0 : stored / all
    return [
      valueMarkup(column.name, LONGEST_NAME),
      html`${bytes(stored)}`,
      html`${percent(share)}${shareBar(share, `${percent(share)} of the bytes`)}`,
      html`${bytes(decoded)}`,
      html`${stored === 0 ? '' : `${(decoded / stored).toFixed(1)} : 1`}`,
      html`${grouped(pages)}`,
    ]
  })
  const told =
    rowGroups > groups.length ? ` (the first ${grouped(groups.length)} of ${grouped(rowGroups)})` : ''
  return [
    html`<h2>Layout</h2>`,
    html`<div class="plot"><h4><span>bytes by row group${told}</span><span>largest: ${bytes(Math.max(...sizes))}</span></h4>
${barPlot(`Bytes of ${plural(groups.length, 'row group')}`, bars)}${ends('row group 0', groups.length > 1 ? `row group ${groups.length - 1}` : '')}
<details><summary>Numbers of the plot</summary>${plainTable(
      [
        ['row group', 'n'],
        ['rows', 'n'],
        ['bytes', 'n'],
      ],
      groups.map((group, i) => [html`${i}`, html`${grouped(group.rows)}`, html`${grouped(sizes[i]!)}`]),
    )}</details></div>`,
    tableMarkup(
      'Bytes by column',
      [['column'], ['size', 'n'], ['share', 'n'], ['decoded', 'n'], ['ratio', 'n'], ['pages', 'n']],
      rows,
    ),
  ]
}

function rowsSection({ firstRows, columns }: Inspection): Markup[] {
  if (firstRows.length === 0) return []
  const shown = columns.slice(0, MOST_ROW_COLUMNS)
  const headings = shown.map(
    ({ name, kinds }) => [cut(name, LONGEST_NAME), kinds.number ? 'n' : undefined] as const,
  )
  const rows = firstRows
    .slice(0, MOST_ROWS)
    .map((row, i) => [html`${i + 1}`, ...shown.map((_, at) => cellMarkup(row[at] ?? null))])
  return [html`<h2>First rows</h2>`, tableMarkup('First rows', [['row', 'n'], ...headings] as never, rows)]
}

function cellMarkup(value: Value): Markup {
  if (value === null) return html`<span class="null">NULL</span>`
  if (typeof value === 'number') return html`${String(value)}`
  if (value instanceof Date)
    return html`${Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()}`
  return valueMarkup(typeof value === 'object' ? toJson(value) : String(value))
}

/** Times without decimals of a second that are 0. */
function extreme(value: NonNullable<ColumnSummary['min']>): string {
  const text =
    typeof value === 'string'
      ? value.replace(/^(\d{4,}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.0+(Z?)$/, '$1 $2$3')
      : String(value)
  return cut(text, 40)
}

function valueOrNothing(value: ColumnSummary['min']): Markup {
  return value === null ? html`` : valueMarkup(extreme(value))
}

function typeOf({ type, kinds, isGuessed }: ColumnSummary): string {
  return `${type || Object.keys(kinds).join(', ')}${isGuessed && type !== '' ? ' (guessed)' : ''}`
}

function distinctText({ distinct }: ColumnSummary): string {
  return `${distinct > 10 ? '~' : ''}${grouped(distinct)}`
}

function nullShare({ nulls, kinds }: ColumnSummary): number {
  const all = Object.values(kinds).reduce((sum, n) => sum + n, nulls)
  return all === 0 ? 0 : nulls / all
}

function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.1) return '<0.1%'
  return value < 100 && value >= 99.95 ? '>99.9%' : `${value.toFixed(1)}%`
}

function shortNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15
    ? grouped(value)
    : String(Number(value.toPrecision(6)))
}
