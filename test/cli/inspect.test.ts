import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { file, parquet, pipeline, stream } from '../../src/index.js'
import { packRows } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const SCHEMA = '[["id","bigint"],["name","varchar"],["score","double"]]'
const ROWS = Array.from({ length: 200 }, (_, i) => [
  i === 0 ? 2n ** 60n : i,
  i % 4 === 0 ? null : `\x1b[31m日本 ${i % 3}`,
  i % 2 ? 1.5 : Number.NaN,
])
const cwd = t.testdir({ 'rows.msgpack.gz': packRows(ROWS), 'schema.json': SCHEMA })
const env = { LANG: 'C.UTF-8' }
const inspect = (...args: string[]) => runInProcess(['inspect', ...args], { cwd, env })

t.test('a page for people', async (t) => {
  const { exit, stdout, stderr } = await inspect('rows.msgpack.gz', '--schema', '@schema.json', '--rows', '2')
  t.same([exit, stderr], [0, ''])
  t.match(
    stdout,
    /^rows\.msgpack\.gz\n\n {2}format {2}msgpack, gzip\n {2}size {4}\d+ B, decoded .* : 1\)\n {2}rows {4}200\n/,
  )
  t.match(stdout, /^ {2}id +bigint +0 +~\d+ +1 +1152921504606846976 +█ +▁$/m)
  t.match(stdout, /^ {2}name +varchar +50 \(25%\) +3 +\\x1b\[31m日本 0 +\\x1b\[31m日本 2$/m)
  t.match(stdout, /^ {2}score +double +0 +2 +1\.5 +1\.5$/m)
  t.match(stdout, /estimated, with a standard error of 1\.6%/)
  t.match(stdout, /^ {2}1152921504606846976 {2}NULL +NaN$/m)
  t.notMatch(stdout, '\x1b')
})

t.test('columns are cut to the screen, and those that do not fit are counted', async (t) => {
  for (const columns of [20, 40, 80]) {
    const { stdout } = await runInProcess(['inspect', 'rows.msgpack.gz', '--schema', SCHEMA, '--no-color'], {
      cwd,
      terminal: true,
      columns: () => columns,
    })
    const tableLines = stdout.split('\n').filter((line) => /^ {2}(id|name|score|column)\b/.test(line))
    for (const line of tableLines) t.ok(line.length <= columns, `${columns}: ${line}`)
  }
})

t.test('--json is for machines: nothing cut, nothing inexact', async (t) => {
  for (const flag of ['--json', '-fjson']) {
    const { stdout } = await inspect('rows.msgpack.gz', '--schema', SCHEMA, '-l', '2', flag)
    t.match(JSON.parse(stdout), {
      file: 'rows.msgpack.gz',
      format: 'msgpack',
      compression: 'gzip',
      rowsRead: 2,
      columns: [
        { column: 'id', type: 'bigint', min: 1, max: '1152921504606846976' },
        { column: 'name', nulls: 1, min: '\x1b[31m日本 1' },
        { column: 'score', special: 1, max: 1.5, histogram: null },
      ],
      firstRows: [
        ['1152921504606846976', null, 'NaN'],
        [1, '\x1b[31m日本 1', 1.5],
      ],
    })
  }
})

t.test('Parquet, and msgpack on stdin', async (t) => {
  await pipeline(file(join(cwd, 'rows.msgpack.gz'), { schema: SCHEMA }), parquet(join(cwd, 'rows.parquet')))
  const { stdout } = await inspect('rows.parquet', '--columns', 'score')
  t.match(stdout, /^ {2}format {6}parquet, snappy$/m)
  t.match(stdout, /^ {2}written by {2}td-sluice/m)
  t.match(stdout, /^1 column$/m)
  const input = packRows([[1], [2]]).toString('latin1')
  const piped = await runInProcess(['inspect', '-'], {
    stdin: () => Readable.from([Buffer.from(input, 'latin1')]),
  })
  t.equal(piped.exit, 0)
  t.match(piped.stdout, /^ {2}_col0 +number +0 +2/m)
})

t.test('nested cells are shown as they are written: JSON, with all digits of integers', async (t) => {
  const schema = '[["list","array(row(id bigint, name varchar))"],["of","map(varchar, array(bigint))"]]'
  const rows = [[[[2n ** 60n, 'a'], null, [1, null]], { k: null, l: [2n ** 60n] }]]
  const path = join(cwd, 'nested.parquet')
  await pipeline(stream(Readable.from([packRows(rows)]), { schema }), parquet(path))
  const { stdout } = await inspect('nested.parquet')
  const long = '1152921504606846976'
  t.match(stdout, `[{"id":${long},"name":"a"},null,{"id":1,"name":null}]  {"k":null,"l":[${long}]}\n`)
  const { stdout: json } = await inspect('nested.parquet', '--json')
  t.strictSame(JSON.parse(json).firstRows, [
    [[{ id: long, name: 'a' }, null, { id: 1, name: null }], { k: null, l: [long] }],
  ])
})

t.test('an option that says nothing about what is read is refused', async (t) => {
  writeFileSync(join(cwd, 'rows.csv'), 'id,name\n1,a\n')
  await pipeline(file(join(cwd, 'rows.msgpack.gz'), { schema: SCHEMA }), parquet(join(cwd, 'use.parquet')))
  const compare = (...args: string[]) => runInProcess(['diff', ...args], { cwd, env })
  for (const [found, message] of [
    [
      await inspect('rows.csv', '--schema', SCHEMA),
      /--schema is for msgpack, and rows\.csv is csv\n {2}hint: /,
    ],
    [await inspect('use.parquet', '--schema', '@schema.json'), /--schema is for msgpack, and .* is parquet/],
    [await inspect('use.parquet', '--delimiter', ';'), /--delimiter is for csv and tsv/],
    [await inspect('use.parquet', '--null', 'x'), /--null is for csv and tsv/],
    [
      await inspect('rows.msgpack.gz', '--no-header'),
      /--no-header is for csv and tsv.*msgpack\n {2}hint: .*--input-format/,
    ],
    [await inspect('-', '--null', 'x'), /--null is for csv and tsv, and - is msgpack/],
    [
      await compare('rows.csv', 'use.parquet', '--schema', SCHEMA),
      /--schema .* what is compared is csv and parquet/,
    ],
    [await compare('rows.msgpack.gz', 'use.parquet', '--null', 'x'), /--null is for csv and tsv/],
  ] as const) {
    t.same([found.exit, found.stdout], [2, ''])
    t.match(found.stderr, message)
  }
  for (const used of [
    await inspect('rows.csv', '--null', 'x', '--no-header', '--delimiter', ';'),
    await compare('rows.csv', 'rows.csv', '--null', 'x'),
    await compare('rows.msgpack.gz', 'use.parquet', '--schema', SCHEMA),
  ])
    t.equal(used.exit, 0, used.stderr)
})

t.test('failures are those of convert', async (t) => {
  const cases: [string[], number, string][] = [
    [['nowhere'], 14, 'E_IO'],
    [['schema.json', '--input-format', 'msgpack'], 12, 'E_NOT_MSGPACK'],
    [['rows.msgpack.gz', '--columns', 'nope', '--schema', SCHEMA], 2, 'E_USAGE'],
    [['rows.msgpack.gz', '--schema', '[['], 12, 'E_SCHEMA'],
    [['rows.msgpack.gz', '--rows', '-1'], 2, 'E_USAGE'],
    [[], 2, 'E_USAGE'],
  ]
  for (const [args, code, name] of cases) {
    const { exit, stderr, stdout } = await inspect(...args)
    t.same([exit, stdout], [code, ''], args.join(' '))
    t.match(stderr, `td-sluice: ${name}: `)
  }
})
