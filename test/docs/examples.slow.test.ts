import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { SANDBOX_API_KEY, startSandbox } from '../../src/sandbox/index.js'
import { startPostgres } from '../support/postgres/server.js'
import { LOADER_ARGS, runnable } from '../support/process/modules.js'

t.setTimeout(600_000)

const ROOT = new URL('../../', import.meta.url).pathname

/** Where the package is built, an example imports it as a program does that has it installed; else its sources. */
const tsconfigOf = (folder: string) =>
  join(process.env.TD_SLUICE_IS_BUILT === '1' ? folder : ROOT, 'tsconfig.json')

/** What is true after an example ran: of its output, and of the folder it ran in. */
const EXPECTED: Record<string, (printed: string, folder: string) => unknown> = {
  'first-query.ts': (printed, folder) => {
    const lines = gunzipSync(readFileSync(join(folder, 'access.csv.gz')))
      .toString()
      .trim()
      .split('\n')
    return printed.startsWith('1000 rows in ') && lines[0] === 'time,path,code' && lines.length === 1001
  },
  'typed-rows.ts': (printed) => /^\d+ of 100 requests failed\n$/.test(printed),
  'parameters.ts': (printed) =>
    printed === 'code 404\ncode 500\nsome failed\n' || printed === 'code 500\ncode 404\nsome failed\n',
  'checked-rows.ts': (printed) => /GET: \d+/.test(printed),
  'big-result.ts': (printed) => /^most bytes: \//.test(printed),
  'record-batches.ts': (printed) => /^\d+ bytes in all\n$/.test(printed),
  'transforms.ts': (printed, folder) =>
    printed.startsWith('300 rows read') &&
    /^job \d+ has 100 rows$/m.test(printed) &&
    readFileSync(join(folder, 'numbers.csv'), 'utf8').split('\n').length === 102 &&
    /^\{"time":\d+,"country":"(JP|elsewhere)"\}\n/.test(
      readFileSync(join(folder, 'countries.ndjson'), 'utf8'),
    ),
  'partitions.ts': (printed, folder) => {
    const days = ['01', '02', '03'].map((day) => join(folder, `access/date=2014-10-${day}/part-0.csv.gz`))
    return printed === `${days.join('\n')}\n` && days.every((path) => existsSync(path))
  },
  'postgres.ts': (printed) => printed === '1000 rows\n',
  'duckdb.ts': (printed) => printed === '1000 rows\n',
  'node-streams.ts': (_, folder) =>
    readFileSync(join(folder, 'paths.txt'), 'utf8').split('\n').length === 201,
  'custom-sink.ts': (printed) => printed === '/rows /commit\n',
  'errors.ts': (printed) =>
    /^100 rows\njob \d+ failed: .*no_such_table.*\nthe command .* exit code 3\n100 paths\n$/.test(printed),
  'expectations.ts': (printed, folder) =>
    printed ===
      'rows>=1 passed; not_null(time) passed; not_null(path) passed; columns(time,path,code) passed\nnot published: rows>=1: there are 0 rows\n' &&
    readFileSync(join(folder, 'access.csv'), 'utf8').split('\n').length === 102,
  'diagnostics.ts': (printed) =>
    /^run 1: job \d+ success\nrun 1: 10 rows\n/m.test(printed) && /^\d+ x POST 200$/m.test(printed),
  'sandbox-test.ts': (printed) => printed === 'all as expected\n',
}

t.test('every example runs, and does what it says', { jobs: 2 }, async (t) => {
  const sandbox = await startSandbox({ preload: true })
  t.teardown(() => sandbox.close())
  const programs = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'))
  t.strictSame(programs.sort(), Object.keys(EXPECTED).sort(), 'none is left out')
  for (const [name, holds] of Object.entries(EXPECTED)) {
    t.test(name, async (t) => {
      const postgres = name === 'postgres.ts' ? await startPostgres(t) : undefined
      if (name === 'postgres.ts' && postgres === undefined) return t.plan(0, 'PostgreSQL is not installed')
      const url = postgres && new URL(postgres)
      const folder = t.testdir({ 'tsconfig.json': '{}' })
      const child = spawn(
        process.execPath,
        [...LOADER_ARGS, runnable(new URL(`../../examples/${name}`, import.meta.url))],
        {
          cwd: folder,
          env: {
            ...process.env,
            TSX_TSCONFIG_PATH: tsconfigOf(folder),
            TD_API_KEY: SANDBOX_API_KEY,
            TD_API_SERVER: sandbox.url,
            ...(url && { PGHOST: decodeURIComponent(url.hostname), PGUSER: 'test', PGDATABASE: 'postgres' }),
          },
        },
      )
      const [printed, complaints, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      t.equal(code, 0, complaints)
      t.ok(holds(printed, folder), printed)
    })
  }
})
