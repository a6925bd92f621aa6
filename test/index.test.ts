/** What callers without a compiler may pass: told as a wrong use, never as a bug of td-sluice. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import * as advanced from '../src/advanced.js'
import { duckdb } from '../src/duckdb.js'
import * as api from '../src/index.js'
import { postgres } from '../src/postgres.js'

const WRONG: readonly unknown[] = [
  undefined,
  null,
  0,
  Number.NaN,
  true,
  '',
  [],
  [[]],
  [['a', 'bigint']],
  {},
  () => 1,
  Symbol('s'),
  10n,
  { schema: [['a', 'bigint']] },
  { signal: 1 },
  { onProgress: 1 },
  { limits: { rowBytes: 'x' } },
  { database: {} },
]

const cwd = t.testdir({})
const ROWS = join(cwd, 'rows.msgpack')
writeFileSync(ROWS, Buffer.from([0x91, 1]))
mkdirSync(join(cwd, 'parts'))
const source = () => api.file(ROWS)
const sink = () => api.csv(join(cwd, 'out.csv'))
const folder = { folder: join(cwd, 'parts') }

/** The public functions of rows, as a program without types would call them. */
const CALLS: Readonly<Record<string, (wrong: never) => unknown>> = {
  'pipeline, source': (wrong) => api.pipeline(wrong, sink()),
  'pipeline, sink': (wrong) => api.pipeline(source(), wrong),
  'pipeline, options': (wrong) => api.pipeline(source(), sink(), wrong),
  'rows, source': (wrong) => all(api.rows(wrong)),
  'rows, options': (wrong) => all(api.rows(source(), wrong)),
  'batches, source': (wrong) => all(api.batches(wrong)),
  'batches, options': (wrong) => all(api.batches(source(), wrong)),
  'file, path': (wrong) => api.pipeline(api.file(wrong), sink()),
  'file, options': (wrong) => api.pipeline(api.file(ROWS, wrong), sink()),
  'file, schema': (wrong) => api.pipeline(api.file(ROWS, { schema: wrong }), sink()),
  'stream, readable': (wrong) => api.pipeline(api.stream(wrong), sink()),
  'stdin, options': (wrong) => api.stdin(wrong),
  'query, options': (wrong) => api.query('select 1', wrong),
  'query, sql': (wrong) => api.query(wrong, { database: 'd' }),
  'job, options': (wrong) => api.job('1', wrong),
  select: (wrong) => api.pipeline(source(), api.select(wrong), sink()),
  exclude: (wrong) => api.pipeline(source(), api.exclude(wrong), sink()),
  rename: (wrong) => api.pipeline(source(), api.rename(wrong), sink()),
  cast: (wrong) => api.pipeline(source(), api.cast(wrong), sink()),
  mask: (wrong) => api.pipeline(source(), api.mask(wrong), sink()),
  limit: (wrong) => api.pipeline(source(), api.limit(wrong), sink()),
  tee: (wrong) => api.pipeline(source(), api.tee(wrong)),
  'partitionBy, columns': (wrong) =>
    api.pipeline(
      source(),
      api.partitionBy(wrong, (path) => api.csv(`${path}.csv`), folder),
    ),
  'partitionBy, function': (wrong) => api.pipeline(source(), api.partitionBy(['_col0'], wrong, folder)),
  'partitionBy, options': (wrong) => api.partitionBy(['_col0'], (path) => api.csv(`${path}.csv`), wrong),
  compress: (wrong) => advanced.compress(wrong),
  resolveConfig: (wrong) => api.resolveConfig(wrong, {}, ''),
  connect: (wrong) => api.connect(wrong),
  toReadable: (wrong) => api.toReadable(wrong),
  'toReadable, options': (wrong) => api.toReadable(source(), wrong),
  filter: (wrong) => api.pipeline(source(), api.filter(wrong), sink()),
  'filter, options': (wrong) =>
    api.pipeline(
      source(),
      api.filter(() => true, wrong),
      sink(),
    ),
  'map, options': (wrong) =>
    api.pipeline(
      source(),
      api.map((row) => row, wrong),
      sink(),
    ),
  validate: (wrong) => api.validate(wrong),
  through: (wrong) => api.through(wrong),
  'csv, destination': (wrong) => api.csv(wrong),
  'csv, options': (wrong) => api.pipeline(source(), api.csv(join(cwd, 'o.csv'), wrong)),
  'parquet, options': (wrong) => api.pipeline(source(), api.parquet(join(cwd, 'o.parquet'), wrong)),
  'duckdb, options': (wrong) => duckdb('t', wrong),
  'duckdb, database': (wrong) => duckdb('t', { database: wrong }),
  'postgres, options': (wrong) => postgres('t', wrong),
}

async function all(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

for (const [name, call] of Object.entries(CALLS)) {
  t.test(`a wrong value for ${name} is no bug of td-sluice`, async (t) => {
    let refused = 0
    for (const wrong of WRONG) {
      try {
        await call(wrong as never)
      } catch (error) {
        refused++
        const { name: kind, code } = error as api.SluiceError
        const shown =
          typeof wrong === 'function'
            ? 'a function'
            : typeof wrong === 'object'
              ? JSON.stringify(wrong)
              : String(wrong)
        t.equal(kind, 'SluiceError', `${shown}: ${error}`)
        t.not(code, 'E_INTERNAL', `${shown}: ${error}`)
      }
    }
    t.ok(refused > 0)
  })
}

t.test('a schema that is no text, and options without a database, are named', async (t) => {
  t.throws(() => api.file(ROWS, { schema: [['a', 'bigint']] as never }), {
    code: 'E_USAGE',
    message: /^the option schema of file must be a JSON text/,
  })
  t.throws(() => duckdb('t', {} as never), {
    code: 'E_USAGE',
    message: /^database must be the path of a file/,
  })
})
