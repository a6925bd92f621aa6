import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { SANDBOX_API_KEY, startSandbox } from '../../src/sandbox/index.js'
import { AzureServer } from '../support/azure/server.js'
import { startPostgres } from '../support/postgres/server.js'
import { LOADER_ARGS, runnable } from '../support/process/modules.js'
import { SftpServer } from '../support/sftp/server.js'

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
  'azure.ts': (printed) => printed === '1000 rows in az://results/exports/access.csv.gz\n',
  'sftp.ts': (printed) => /^(?:sftp:\S+\/by-code\/code=\d+\/part-0\.csv\.gz\n){2,}$/.test(printed),
}

/** What an example writes to, and how it is told. */
interface Place {
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** What is true of the place afterwards. */
  readonly holds?: () => boolean
}

/** The servers of examples that need one; a text says why it cannot be had. */
const PLACES: Readonly<Record<string, (t: Test) => Promise<Place | string>>> = {
  'postgres.ts': async (t) => {
    const found = await startPostgres(t)
    if (found === undefined) return 'PostgreSQL is not installed'
    const host = decodeURIComponent(new URL(found).hostname)
    return { env: { PGHOST: host, PGUSER: 'test', PGDATABASE: 'postgres' } }
  },
  'azure.ts': async (t) => {
    const server = await AzureServer.start(t)
    return {
      env: { AZURE_STORAGE_CONNECTION_STRING: server.connectionString },
      holds: () => {
        const text = gunzipSync(server.blobs.get('exports/access.csv.gz')!.bytes).toString()
        return text.startsWith('time,path,code\n') && text.split('\n').length === 1002
      },
    }
  },
  'sftp.ts': async (t) => {
    const server = await SftpServer.start(t)
    return {
      args: [server.url('by-code'), join(server.folder, 'key'), join(server.folder, 'known_hosts')],
      holds: () => {
        const { files, rows } = JSON.parse(readFileSync(server.at('by-code/manifest.json'), 'utf8'))
        const paths = files.map(({ path }: { path: string }) => server.at(join('by-code', path)))
        return rows === 1000 && paths.every((path: string) => existsSync(path))
      },
    }
  },
}

t.test('every example runs, and does what it says', { jobs: 2 }, async (suite) => {
  const sandbox = await startSandbox({ preload: true })
  suite.teardown(() => sandbox.close())
  const programs = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'))
  suite.strictSame(programs.sort(), Object.keys(EXPECTED).sort(), 'none is left out')
  for (const [name, holds] of Object.entries(EXPECTED)) {
    suite.test(name, async (t) => {
      // Servers have a folder of the suite: a test has one folder, which is made anew below.
      const place = (await PLACES[name]?.(suite)) ?? {}
      if (typeof place === 'string') return t.plan(0, place)
      const folder = t.testdir({ 'tsconfig.json': '{}' })
      const child = spawn(
        process.execPath,
        [...LOADER_ARGS, runnable(new URL(`../../examples/${name}`, import.meta.url)), ...(place.args ?? [])],
        {
          cwd: folder,
          env: {
            ...process.env,
            TSX_TSCONFIG_PATH: tsconfigOf(folder),
            TD_API_KEY: SANDBOX_API_KEY,
            TD_API_SERVER: sandbox.url,
            ...place.env,
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
      t.ok(place.holds?.() ?? true, 'and the place holds it')
    })
  }
})
