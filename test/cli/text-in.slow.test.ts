import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { CLI_ARGS, ended, runCli } from '../support/cli/run.js'

const sandbox = await startSandbox({ rows: 1 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/x' }
const QUERY = ['query', '-d', 'sample_datasets', '-f', 'csv']

const SQL = "select '東京' as city"
const RESULT = 'city\n東京\n'
const CP932 = Buffer.concat([
  Buffer.from("select '"),
  Buffer.from([0x93, 0x8c, 0x8b, 0x9e]),
  Buffer.from("' as city"),
])
const UTF16 = Buffer.from(`\ufeff${SQL}`, 'utf16le')

t.test('a SQL file that is not UTF-8 is refused before a job is issued', async (t) => {
  const cwd = t.testdir()
  writeFileSync(join(cwd, 'a.sql'), CP932)
  const before = sandbox.jobs().length
  const { exit, stderr } = await runInProcess([...QUERY, '-q', 'a.sql'], { env, cwd })
  t.equal(exit, 2)
  t.match(stderr, 'td-sluice: E_USAGE: the SQL file a.sql is not UTF-8: byte 8 is 0x93\n  hint: ')
  t.equal(sandbox.jobs().length, before)
})

t.test('--encoding names the encoding of a SQL file or of stdin', async (t) => {
  const cwd = t.testdir()
  writeFileSync(join(cwd, 'a.sql'), CP932)
  const file = await runInProcess([...QUERY, '-q', 'a.sql', '--encoding', 'cp932'], { env, cwd })
  t.equal(file.stdout, RESULT, file.stderr)
  const stdin = await runCli([...QUERY, '-', '--encoding', 'cp932'], { env, input: CP932 })
  t.equal(stdin.stdout, RESULT, stdin.stderr)
  const unknown = await runInProcess([...QUERY, '-q', 'a.sql', '--encoding', 'cp0'], { env, cwd })
  t.match(unknown, { exit: 2, stderr: 'unknown encoding "cp0"' })
  const argument = await runInProcess([...QUERY, SQL, '--encoding', 'cp932'], { env, cwd })
  t.match(argument, { exit: 2, stderr: '--encoding is for SQL from a file or from stdin' })
})

t.test('a byte order mark is not part of the SQL, and UTF-16 is read', async (t) => {
  const cwd = t.testdir()
  for (const bytes of [Buffer.from(`\ufeff${SQL}`), UTF16, Buffer.from(UTF16).swap16()]) {
    writeFileSync(join(cwd, 'a.sql'), bytes)
    const { stdout, stderr } = await runInProcess([...QUERY, '-q', 'a.sql'], { env, cwd })
    t.equal(stdout, RESULT, stderr)
    t.equal(sandbox.jobs().at(-1)!.query, SQL)
  }
})

t.test('SQL on stdin that is not UTF-8 is refused', async (t) => {
  const { exit, stderr } = await runCli([...QUERY, '-'], { env, input: CP932 })
  t.equal(exit, 2)
  t.match(stderr, 'the SQL on stdin is not UTF-8: byte 8 is 0x93')
})

t.test('a schema file that is not UTF-8 is refused, and its byte order mark dropped', async (t) => {
  const cwd = t.testdir({ 'r.msgpack': Buffer.from([0x91, 0x01]) })
  const schema = '[["a","bigint"]]'
  writeFileSync(join(cwd, 's.json'), `\ufeff${schema}`)
  const args = ['convert', 'r.msgpack', '--schema', '@s.json', '-f', 'csv']
  t.equal((await runInProcess(args, { cwd })).stdout, 'a\n1\n')
  writeFileSync(join(cwd, 's.json'), Buffer.from(schema.replace('a', '\xe9'), 'latin1'))
  t.match(await runInProcess(args, { cwd }), {
    exit: 2,
    stderr: 'the file s.json is not UTF-8: byte 3 is 0xe9',
  })
})

t.test(
  'an argument that is not UTF-8 is refused; U+FFFD itself is a character',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const shell = (bytes: string) => {
      const script = `exec "$@" "$(printf '${bytes}')"`
      const child = spawn('/bin/sh', ['-c', script, 'sh', process.execPath, ...CLI_ARGS, ...QUERY], {
        env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
      })
      child.stdin.end()
      return ended(child)
    }
    const broken = await shell("select '\\''\\223\\214'\\'' as city".replaceAll("'\\''", '\\047'))
    t.equal(broken.exit, 2, broken.stderr)
    t.match(broken.stderr, 'E_USAGE: an argument is not UTF-8')
    const literal = await shell('select \\047\\357\\277\\275\\047 as city')
    t.equal(literal.stdout, 'city\n\ufffd\n', literal.stderr)
  },
)

t.test('manifests, their query files and variables are UTF-8 or refused', async (t) => {
  const cwd = t.testdir()
  const manifest =
    'version: 1\nexports:\n  - { name: a, database: sample_datasets, query_file: a.sql, output: a.csv }\n'
  writeFileSync(join(cwd, 'm.yaml'), `\ufeff${manifest}`)
  writeFileSync(join(cwd, 'a.sql'), CP932)
  const dryRun = (path: string, more = {}) =>
    runInProcess(['run', path, '--dry-run'], { env: { ...env, ...more }, cwd })
  t.match(await dryRun('m.yaml'), { exit: 2, stderr: 'the file a.sql is not UTF-8: byte 8 is 0x93' })
  writeFileSync(join(cwd, 'a.sql'), ['select $', '{env.CITY | sql}'].join(''))
  t.match(await dryRun('m.yaml', { CITY: 'x\ufffd' }), { exit: 2, stderr: 'the value of CITY is not UTF-8' })
  writeFileSync(join(cwd, 'n.yaml'), Buffer.concat([Buffer.from('# '), CP932]))
  t.match(await dryRun('n.yaml'), { exit: 2, stderr: 'the manifest n.yaml is not UTF-8: byte 10 is 0x93' })
})
