import t from 'tap'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const sandbox = await startSandbox()
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }

/** What a terminal shows on stdout, without colours. */
async function preview(id: string, ...args: string[]) {
  const { exit, stdout } = await runInProcess(['dump', id, '--no-color', ...args], { env, terminal: true })
  t.equal(exit, 0)
  return stdout.trimEnd().split('\n')
}

t.test('a terminal gets a table: aligned, numbers right, NULL told from the text NULL', async (t) => {
  const id = sandbox.addJob({
    schema: [
      ['n', 'bigint'],
      ['text', 'varchar'],
      ['list', 'array(bigint)'],
    ],
    rows: [
      [2n ** 63n - 1n, 'a\nb\t日本', [1, 2]],
      [1, null, []],
    ],
  })
  t.same(await preview(id), [
    '                  n  text        list',
    '9223372036854775807  a\\nb\\t日本  [1,2]',
    '                  1  NULL        []',
    '2 rows',
  ])
  const { stdout } = await runInProcess(['dump', id], { env, terminal: true })
  t.match(stdout, '\x1b[2mNULL\x1b[22m')
})

t.test('forty rows are shown, and how many are not', async (t) => {
  const id = sandbox.addJob({ schema: [['n', 'bigint']], rows: Array.from({ length: 5000 }, (_, i) => [i]) })
  const lines = await preview(id)
  t.equal(lines.length, 42)
  t.equal(lines.at(-1), '40 rows, 4,960 more not shown; -o FILE writes everything')
  t.equal((await preview(id, '-l', '100')).at(-1), '100 rows')
  t.equal(
    (await preview(id, '-l', '3000')).at(-1),
    '1,000 rows, 2,000 more not shown; -o FILE writes everything',
  )
  t.equal((await preview(id, '-l', '3')).at(-1), '3 rows')
})

t.test('renames, casts and other columns show as they would be written', async (t) => {
  const id = sandbox.addJob({
    schema: [
      ['a', 'bigint'],
      ['b', 'varchar'],
    ],
    rows: [[1, '2.5']],
  })
  t.same(await preview(id, '--columns', 'b,a', '--rename', 'b=price', '--cast', 'b:double'), [
    'price  a',
    '  2.5  1',
    '1 row',
  ])
})

t.test('no rows is a header and a count', async (t) => {
  const id = sandbox.addJob({ schema: [['a', 'bigint']], rows: [] })
  t.same(await preview(id), ['a', '0 rows'])
})

t.test('columns without types are aligned by what they hold', async (t) => {
  const id = sandbox.addJob({
    rows: [
      [1, 'x'],
      [100, 'y'],
    ],
  })
  t.same(await preview(id), ['_col0  _col1', '    1  x', '  100  y', '2 rows'])
})

t.test('columns that do not fit are counted', async (t) => {
  const names = Array.from({ length: 40 }, (_, i) => [`column_${i}`, 'varchar'] as const)
  const id = sandbox.addJob({ schema: names, rows: [names.map(() => 'some text')] })
  const lines = await preview(id)
  t.ok(lines.every((line) => line.length <= 80))
  t.match(lines.at(-1), /^1 row, \d+ columns not shown; -o FILE writes everything$/)
})

t.test('-f on a terminal writes the data itself, and the live line stays out of it', async (t) => {
  const id = sandbox.addJob({ schema: [['a', 'bigint']], rows: [[1]], statuses: ['running', 'success'] })
  const { stdout, stderr } = await runInProcess(['dump', id, '-f', 'csv'], { env, terminal: true })
  t.equal(stdout, 'a\n1\n')
  t.match(stderr, 'running')
})

t.test('a file of unknown length may have more rows than are shown', async (t) => {
  const rows = Array.from({ length: 100 }, (_, i) => [i])
  const cwd = t.testdir({ 'rows.msgpack.gz': packRows(rows), 'few.msgpack.gz': packRows(rows.slice(0, 5)) })
  const last = async (...args: string[]) => {
    const { stdout } = await runInProcess(['convert', '--no-color', ...args], { cwd, terminal: true })
    return stdout.trimEnd().split('\n').at(-1)
  }
  t.equal(await last('rows.msgpack.gz'), '40 rows, there may be more; -o FILE writes everything')
  t.equal(await last('rows.msgpack.gz', '-l', '50'), '50 rows')
  t.equal(await last('rows.msgpack.gz', '-l', '7'), '7 rows')
  t.equal(await last('few.msgpack.gz'), '5 rows')
})

t.test('-G shows rows one below the other, in a pipe too', async (t) => {
  const id = sandbox.addJob({
    schema: [
      ['id', 'bigint'],
      ['名前', 'varchar'],
    ],
    rows: [
      [1, 'a\nb\x1b[2J'],
      [2, null],
    ],
  })
  const records = [
    '*** row 1 ***',
    '  id    1',
    '  名前  a\\nb\\x1b[2J',
    '*** row 2 ***',
    '  id    2',
    '  名前  NULL',
    '2 rows',
  ]
  t.same(await preview(id, '-G'), records)
  const { stdout } = await runInProcess(['dump', id, '-G'], { env })
  t.same(stdout.trimEnd().split('\n'), records)
  for (const args of [
    ['-o', 'a.csv'],
    ['-f', 'csv'],
  ]) {
    const { exit, stderr } = await runInProcess(['dump', id, '-G', ...args], { env })
    t.equal(exit, 2)
    t.match(stderr, '-G shows rows to people')
  }
})

t.test('control characters in names and values never reach the terminal', async (t) => {
  const wild = `${Array.from({ length: 0xa0 }, (_, i) => String.fromCharCode(i)).join('')}\u202e\u2066\u200f\u2028`
  const id = sandbox.addJob({ schema: [[`a${wild}`, 'varchar']], rows: [[wild], [`x${wild}`]] })
  for (const flags of [[], ['-G']]) {
    const text = (await preview(id, ...flags)).join('')
    t.notMatch(text, /[\x00-\x1f\x7f-\x9f\u202e\u2066\u200f\u2028]/)
  }
})
