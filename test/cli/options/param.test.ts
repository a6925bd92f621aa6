import t from 'tap'
import { startSandbox } from '../../../src/sandbox/index.js'
import { runInProcess } from '../../support/cli/context.js'
import { startServer } from '../../support/client/server.js'

const KEY = 'key-of-the-test'

t.test('--param fills in :name by its type', async (t) => {
  const sandbox = await startSandbox({ apiKey: KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY }
  const answer = async (sql: string, ...params: string[]) => {
    const given = params.flatMap((param) => ['--param', param])
    const run = await runInProcess(['query', '-d', 'sample_datasets', sql, ...given, '-f', 'ndjson'], { env })
    t.equal(run.exit, 0, run.stderr)
    return run.stdout.trim()
  }
  t.equal(
    await answer(
      'select :who as a, :n as b, :x as c, :yes as d, :none as e, :d as f, 2 in (:l) as g, :odd as h',
      "who=O'Brien = :n",
      'n:int=-5',
      'x:double=0.1',
      'yes:bool=true',
      'none:null',
      'd:decimal=1.50',
      'l:int[]=1,2',
      'odd=a\nb\\',
    ),
    `{"a":"O'Brien = :n","b":-5,"c":0.1,"d":true,"e":null,"f":"1.50","g":true,"h":"a\\nb\\\\"}`,
  )
  t.equal(
    await answer(
      "select cast(:day as varchar) as a, 'b,c' in (:l) as b, :name, cast(:at as varchar) as d from (select 1 as x)",
      'day:date=2026-01-31',
      'l:text[]="b,c",""',
      'name:identifier=x',
      'at:timestamp=2026-01-31 06:00:00.5',
    ),
    '{"a":"2026-01-31","b":true,"x":1,"d":"2026-01-31 06:00:00.5"}',
  )
  const issued = await runInProcess(
    ['issue', '-d', 'sample_datasets', 'select :a as a', '--param', 'a:int=7', '-w'],
    { env },
  )
  t.equal(issued.exit, 0, issued.stderr)
  const shown = await runInProcess(['show', issued.stdout.trim(), '--json'], { env })
  t.equal(JSON.parse(shown.stdout).query, 'select 7 as a')
})

t.test('a wrong parameter ends the command before any request', async (t) => {
  const server = await startServer(t)
  const env = { TD_API_SERVER: server.url, TD_API_KEY: KEY }
  const wrong: readonly (readonly [sql: string, param: string, why: RegExp])[] = [
    ['select 1', 'a=1', /E_USAGE: the query does not use the parameter a/],
    ["select ':a'", 'a=1', /within quotes and comments :a is text/],
    ['select :b', 'a=1', /the query has :b/],
    ['select :a', 'a:int=x', /parameter a, int: it must be a whole number/],
    ['select :a', 'a:int=9223372036854775808', /beyond 64 bits/],
    ['select :a', 'a:intt=1', /no type intt; did you mean int\?/],
    ['select :a', 'a:toString=1', /no type toString/],
    ['select :a', 'a:bool=yes', /true or false/],
    ['select :a', 'a:double=1e999', /beyond the doubles/],
    ['select :a', 'a:double=', /must be a number/],
    ['select :a', 'a:date=2026-02-30', /no date/],
    ['select :a', 'a:timestamp=now', /no timestamp/],
    ['select :a', 'a:binary=abc', /hexadecimal/],
    ['select :a', 'a:null=1', /null has no value/],
    ['select :a', 'a:int[]=', /The list a is empty/],
    ['select :a', 'a', /name=value/],
    ['select :a', '1a=1', /name=value/],
    ['select :a', '=1', /name=value/],
  ]
  for (const [sql, param, why] of wrong) {
    for (const command of ['query', 'issue']) {
      const { exit, stderr } = await runInProcess([command, '-d', 'db', sql, '--param', param], { env })
      t.equal(exit, 2, `${command} ${param}`)
      t.match(stderr, why)
    }
  }
  const twice = await runInProcess(['query', '-d', 'db', 'select :a', '--param', 'a=1', '--param', 'a=2'], {
    env,
  })
  t.match(twice.stderr, /parameter a is given twice/)
  t.equal(server.requests.length, 0)
})
