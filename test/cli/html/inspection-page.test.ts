import t from 'tap'
import { inspectionPage } from '../../../src/cli/html/inspection-page.js'
import type { ColumnSummary, Inspection } from '../../../src/inspect/index.js'

const NOW = Date.UTC(2026, 0, 31, 12)

function column(name: string, more: Partial<ColumnSummary> = {}): ColumnSummary {
  const empty = { type: 'varchar', nulls: 1, kinds: { text: 3 }, distinct: 2, min: 'a', max: 'b', special: 0 }
  return { name, ...empty, histogram: { of: 'length', from: 1, to: 2, counts: [2, 1] }, ...more }
}

function inspection(columns: readonly ColumnSummary[], more: Partial<Inspection> = {}): Inspection {
  return {
    format: 'parquet',
    compression: 'snappy',
    bytes: 1000,
    decodedBytes: 2000,
    rows: 4,
    rowsRead: 4,
    rowGroups: 1,
    indexes: ['page_index'],
    writer: 'a writer',
    columns,
    distinctError: 0.016,
    firstRows: [],
    ...more,
  }
}

/** Hostile in a page, in a terminal, in UTF-16, or in the order of reading. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  ']]></style></svg><script>',
  '</title><b>',
  '&lt;&amp;',
  '\u202egnp.exe',
  '\ud800 half',
  '\x00\x1b[31m',
]

t.test('texts of a file never become markup, wherever they stand', async (t) => {
  for (const text of HOSTILE) {
    const top = { isExact: true, error: 0, values: [{ value: text, count: 2 }] }
    const columns = [column(text, { type: text, min: text, max: text, top })]
    const firstRows = [[text], [[text]], [{ [text]: text }]]
    const layout = [{ rows: 4, columns: [{ bytes: 10, decodedBytes: 20, pages: 1 }] }]
    const page = inspectionPage(text, inspection(columns, { writer: text, firstRows, layout }), NOW)
    const plain = inspectionPage(
      'x',
      inspection(
        [column('x', { type: 'x', min: 'x', max: 'x', top: { ...top, values: [{ value: 'x', count: 2 }] } })],
        { writer: 'x', firstRows: [['x'], [['x']], [{ x: 'x' }]], layout },
      ),
      NOW,
    )
    // As many tags of each kind, and attributes, as with a harmless text.
    t.strictSame(shapeOf(page), shapeOf(plain), JSON.stringify(text))
    t.notMatch(page, /[\u0000-\u0008\u000b-\u001f\u202e]|\ufffd\ufffd/, JSON.stringify(text))
    t.equal(Buffer.from(page).toString(), page, 'it is valid Unicode')
  }
})

/** Tags with the names of their attributes, in order. */
function shapeOf(page: string): string[] {
  const body = page.slice(page.indexOf('<body>'))
  return [...body.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'))
}

t.test('a page loads nothing, runs nothing, and its style is the one that its policy allows', async (t) => {
  const page = inspectionPage('x.parquet', inspection([column('a')]), NOW)
  t.notMatch(page, /<script|javascript:|\bon\w+="|<link|<img|@import|url\(|https?:/)
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!
  const { createHash } = await import('node:crypto')
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!
  t.match(policy, `style-src 'sha256-${createHash('sha256').update(style!).digest('base64')}'`)
  t.match(policy, "default-src 'none'")
  t.notMatch(page, / style="/)
  t.match(page, 'prefers-color-scheme:dark')
})

t.test('plots have names, and tables with their numbers', async (t) => {
  const page = inspectionPage('x.parquet', inspection([column('a')]), NOW)
  t.match(page, '<html lang="en">')
  for (const [svg] of page.matchAll(/<svg[^>]*>/g)) t.match(svg, /role="img" aria-label="[^"]+"/)
  t.match(page, /<summary>Numbers of the plot<\/summary><table><thead><tr><th scope="col">length</)
  for (const [region] of page.matchAll(/<div class="scroll"[^>]*>/g))
    t.match(region, /tabindex="0" role="region" aria-label="[^"]+"/)
  t.match(page, '<a href="#c0">')
  t.match(page, 'id="c0" aria-labelledby="n0"')
})

t.test('the size of a page has a bound, whatever is in the file', async (t) => {
  const long = '<'.repeat(100_000)
  const values = Array.from({ length: 20 }, (_, i) => ({ value: long, count: 100 - i }))
  const wide = Array.from({ length: 5000 }, (_, i) =>
    column(`${i}${long}`, { min: long, max: long, type: long, top: { isExact: true, error: 0, values } }),
  )
  const layout = Array.from({ length: 1000 }, () => ({
    rows: 1,
    columns: wide.map(() => ({ bytes: 1, decodedBytes: 1, pages: 1 })),
  }))
  const firstRows = Array.from({ length: 1000 }, () => wide.map(() => long))
  const page = inspectionPage(
    long,
    inspection(wide, { firstRows, layout, rowGroups: 1000, writer: long }),
    NOW,
  )
  t.ok(page.length < 8_000_000, `${page.length}`)
  t.match(page, '4,800 more columns not shown')
  t.match(page, '(the first 200 of 1,000)')
})

t.test('a file without rows, columns or known sizes has a page as well', async (t) => {
  const nothing = { rows: 0, rowsRead: 0, bytes: undefined, decodedBytes: undefined, compression: undefined }
  for (const columns of [
    [],
    [column('a', { nulls: 0, kinds: {}, distinct: 0, min: null, max: null, histogram: null })],
  ]) {
    const page = inspectionPage(
      'empty',
      inspection(columns, { ...nothing, rowGroups: undefined, layout: [] }),
      NOW,
    )
    t.notMatch(page.slice(page.indexOf('<body>')), /NaN|undefined|Infinity|null/)
    t.match(page, 'Made 2026-01-31T12:00:00Z by td-sluice')
  }
})

t.test('guessed types and counts that may be too small say so', async (t) => {
  const top = { isExact: false, error: 12, values: [{ value: 'often', count: 900 }] }
  const page = inspectionPage(
    'x.csv',
    inspection([column('a', { type: 'bigint', isGuessed: true, top })]),
    NOW,
  )
  t.match(page, 'types are guessed from the values')
  t.match(page, 'bigint (guessed)')
  t.match(page, '≥ 900')
  t.match(page, 'Counts may be too small by 12.')
})
