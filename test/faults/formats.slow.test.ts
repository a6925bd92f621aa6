/** What the files of a format must be for those who read them, and that none is there after a failure. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import t from 'tap'
import { csv, pipeline, tsv } from '../../src/index.js'
import { parquet } from '../../src/sinks/formats/parquet/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { runResult } from '../support/pipeline/run-result.js'

const TEXTS = [
  'plain',
  'say "hi"',
  'a,b',
  'two\nlines',
  'old\rmac',
  'win\r\ndows',
  ' leading',
  'trailing ',
  '',
  null,
  '\ufeffbom',
  '"',
  '""',
  "'",
  '\\N',
]
const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx']

t.test('F14: CSV loses nothing for a reader of RFC 4180, NULL and the empty text told apart', async (t) => {
  const source = resultOf(
    [
      ['n', 'bigint'],
      ['text', 'varchar'],
    ],
    [...TEXTS, ...FORMULAS].map((text, i) => [i, text]),
  )
  for (const options of [{}, { crlf: true }, { bom: true }, { delimiter: ';' }]) {
    const { text } = await runResult(source, (to) => csv(to, { null: 'NULL', ...options }))
    const read = parse(text, {
      from: 2,
      bom: true,
      relax_column_count: false,
      delimiter: options.delimiter ?? ',',
      record_delimiter: options.crlf ? '\r\n' : '\n',
    })
    t.strictSame(
      read.map(([, cell]) => cell),
      [...TEXTS, ...FORMULAS].map((cell) => cell ?? 'NULL'),
    )
  }
  const { text } = await runResult(source, csv)
  t.match(text, '\n8,""\n9,\n')
  const script = 'import csv, sys, json; print(json.dumps([row[1] for row in csv.reader(sys.stdin)][1:]))'
  const python = spawnSync(
    'python3',
    ['-c', `import sys; sys.stdin.reconfigure(newline="", encoding="utf-8"); ${script}`],
    {
      input: text,
      encoding: 'utf8',
    },
  )
  if (python.error) return void t.comment('python3 is not there, or cannot run')
  t.strictSame(
    JSON.parse(python.stdout),
    [...TEXTS, ...FORMULAS].map((cell) => cell ?? ''),
  )
})

t.test('F14: formulas are escaped in texts where that is asked for, and numbers never', async (t) => {
  const source = resultOf(
    [
      ['text', 'varchar'],
      ['n', 'double'],
    ],
    FORMULAS.map((text) => [text, -1.5]),
  )
  const { text } = await runResult(source, (to) => csv(to, { escapeFormulas: true }))
  t.strictSame(
    parse(text, { from: 2, record_delimiter: '\n' }),
    FORMULAS.map((formula) => [`'${formula}`, '-1.5']),
  )
  t.match((await runResult(source, csv)).text, '\n=1+1,-1.5\n', 'else nothing is')
})

t.test('F27: a value and NULL never look alike, or the run ends with row and column', async (t) => {
  const source = resultOf(
    [
      ['n', 'bigint'],
      ['b', 'boolean'],
      ['s', 'varchar'],
      ['a', 'array(bigint)'],
    ],
    [
      [1, null, 'x', null],
      [0, true, '', []],
      [null, null, null, null],
    ],
  )
  for (const [text, column, row] of [
    ['0', 'n', '"0",true,"",[]'],
    ['true', 'b', '0,"true","",[]'],
    ['', 's', '0,true,"",[]'],
    ['[]', 'a', '0,true,"","[]"'],
  ] as const) {
    const written = await runResult(source, (to) => csv(to, { null: text, header: false }))
    t.equal(written.text, `1,${text},x,${text}\n${row}\n${Array(4).fill(text).join()}\n`)
    const path = join(t.testdir({}), 'out.tsv')
    await t.rejects(pipeline(source, tsv(path, { null: text })), {
      code: 'E_TYPE',
      message: `row 2, column "${column}": "${text}" would read as NULL`,
    })
    t.notOk(existsSync(path))
  }
  t.equal((await runResult(source, (to) => tsv(to, { header: false }))).text.split('\n')[1], '0\ttrue\t\t[]')
})

t.test(
  'F30: whatever the delimiter and the quotes, cells are read back and NULL is told apart',
  async (t) => {
    const texts = [...TEXTS, '|', 'a||', '、', 'é§', ';', '1,5']
    const rows = texts.map((text, i) => [i % 3 === 0 ? null : i / 4, text, i % 2 === 0 ? null : `-${i}.50`])
    const source = resultOf(
      [
        ['d', 'double'],
        ['s', 'varchar'],
        ['n', 'decimal(10,2)'],
      ],
      rows,
    )
    const header = ['d', 's', 'n']
    const written = (row: readonly unknown[], point: string) =>
      row.map((cell, i) => (cell === null ? null : i === 1 ? cell : String(cell).replace('.', point)))
    for (const delimiter of [',', ';', '\\t', '||', '§', '、', ', ']) {
      for (const quote of ['minimal', 'strings', 'all'] as const) {
        for (const decimalComma of [false, true]) {
          const { text } = await runResult(source, (to) => csv(to, { delimiter, quote, decimalComma }))
          const read = parse(text, {
            delimiter: delimiter.replace('\\t', '\t'),
            record_delimiter: '\n',
            cast: (cell, { quoting }) => (cell === '' && !quoting ? null : cell),
          })
          const name = `${JSON.stringify(delimiter)}, ${quote}${decimalComma ? ', decimal comma' : ''}`
          t.strictSame(read, [header, ...rows.map((row) => written(row, decimalComma ? ',' : '.'))], name)
        }
      }
    }
  },
)

/** Cells as a spreadsheet shows them: quotes count at the start of a cell, and only there. */
function cellsOf(text: string, separator: string): string[] {
  const read = parse(text, {
    delimiter: separator,
    relax_quotes: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  })
  return read.flat()
}

t.test('G10: with formulas escaped no spreadsheet finds one, whatever it separates cells by', async (t) => {
  const payload = "=cmd|'/c calc'!A1"
  const texts = [',', ';', '|', '\t', '\n', '\r', '\r\n'].flatMap((separator) =>
    ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'].flatMap((sign) =>
      ['', ' ', '\u00a0', '\ufeff', '\u200b', '"'].map(
        (before) => `x${separator}${before}${sign}${payload.slice(1)}`,
      ),
    ),
  )
  const source = resultOf(
    [
      ['id', 'bigint'],
      ['=1', 'varchar'],
      ['x;=1', 'varchar'],
    ],
    texts.map((text, i) => [i, text, text]),
  )
  const isFormula = (cell: string) => /^[\s\ufeff\u200b"]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell)
  for (const delimiter of [',', ';', '\t', '|']) {
    const { text } = await runResult(source, (to) => csv(to, { escapeFormulas: true, delimiter }))
    for (const separator of [',', ';', '\t', '|'])
      t.strictSame(
        cellsOf(text, separator).filter(isFormula),
        [],
        `written by ${JSON.stringify(delimiter)}, read by ${JSON.stringify(separator)}`,
      )
    t.ok(
      cellsOf((await runResult(source, (to) => csv(to, { delimiter }))).text, ';').some(isFormula),
      'the reader finds those that are not escaped',
    )
  }
  const { text } = await runResult(source, (to) => tsv(to, { escapeFormulas: true }))
  for (const separator of [',', ';', '\t', '|']) t.strictSame(cellsOf(text, separator).filter(isFormula), [])
})

t.test('F15: a Parquet file of few rows or none is whole, and one that is not is not there', async (t) => {
  const schema = [
    ['n', 'bigint'],
    ['nothing', 'varchar'],
  ] as const
  for (const rows of [
    [],
    [[1, null]],
    [
      [1, null],
      [2, null],
    ],
  ]) {
    const path = join(t.testdir({}), 'out.parquet')
    await pipeline(resultOf(schema, rows), parquet(path))
    const { buffer, byteOffset, byteLength } = readFileSync(path)
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    const read = rows.length === 0 ? [] : await parquetReadObjects({ file })
    t.strictSame(
      read,
      rows.map(([n]) => ({ n: BigInt(n!), nothing: null })),
    )
  }
  const path = join(t.testdir({}), 'out.parquet')
  const announced = resultOf(schema, [[1, null]], { expectedRows: 2 })
  await t.rejects(pipeline(announced, parquet(path)), { code: 'E_ROW_COUNT' })
  t.notOk(existsSync(path))
  t.strictSame(readdirSync(join(path, '..')), [])
})
