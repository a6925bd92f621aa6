import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const cwd = t.testdir({ 'a.csv': 'id,x\n1,a\n2,b\n', 'b.ndjson': '{"id":1,"x":"a"}\n{"id":2,"x":null}\n' })
const diff = (args: readonly string[], world = {}) => runInProcess(['diff', ...args], { cwd, ...world })

t.test('equal tables are exit code 0', async (t) => {
  t.match(await diff(['a.csv', 'a.csv']), {
    exit: 0,
    stderr: '',
    stdout: /^a\.csv {2}2 rows\na\.csv {2}2 rows\n\nequal: 2 rows compared/,
  })
})

t.test('different ones are exit code 8, with what is different', async (t) => {
  const { exit, stdout, stderr } = await diff(['a.csv', 'b.ndjson', '--key', 'id'])
  t.equal(exit, 8)
  t.match(stderr, /^td-sluice: E_DIFFERENT: a\.csv and b\.ndjson differ: 1 row different in 1 column\n$/)
  t.match(stdout, /^ {2}compared +2 by id$/m)
  t.match(stdout, /^x {2}1 value different, 1 NULL only in B\n {2}2 {2}b → NULL$/m)
  const json = await diff(['a.csv', 'b.ndjson', '--json'])
  t.equal(json.exit, 8)
  t.match(JSON.parse(json.stdout), {
    a: 'a.csv',
    b: 'b.ndjson',
    equal: false,
    rows: { compared: 2 },
    columns: [{ column: 'x', examples: [{ at: 2, a: 'b', b: null }] }],
  })
})

t.test('a file is compared with the result of a job, and with stdin', async (t) => {
  const sandbox = await startSandbox({ rows: 10 })
  t.teardown(() => sandbox.close())
  sandbox.addJob({
    id: '700',
    query: 'select',
    schema: [
      ['id', 'bigint'],
      ['x', 'varchar'],
    ],
    rows: [
      [1, 'a'],
      [2, 'b'],
    ],
  })
  const world = { env: { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' } }
  const found = await diff(['700', 'a.csv'], world)
  t.match(found, { exit: 0, stdout: /equal: 2 rows compared/ }, found.stderr)
  t.match(await diff(['799', 'a.csv'], world), { exit: 7, stdout: '' })
  const piped = await diff(['-', 'a.csv', '--input-format', 'csv'], { input: 'id,x\n1,a\n2,b\n' })
  t.match(piped, { exit: 0 }, piped.stderr)
  t.match(await diff(['-', '-']), { exit: 2 })
})

t.test('hostile texts do not drive the terminal', async (t) => {
  writeFileSync(join(cwd, 'c.csv'), 'id,\x1b[31mx\n1,\u202ea\n')
  writeFileSync(join(cwd, 'd.csv'), 'id,\x1b[31mx\n1,\x07\n')
  t.notMatch((await diff(['c.csv', 'd.csv'])).stdout, /[\x00-\x09\x1b\u202e]/)
})

t.test('what cannot be read is told as everywhere', async (t) => {
  t.match(await diff(['a.csv', 'nowhere']), { exit: 14, stdout: '' })
  t.match(await diff(['a.csv']), { exit: 2 })
  t.match(await diff(['a.csv', 'b.ndjson', '--key', 'none']), { exit: 2, stdout: '' })
})
