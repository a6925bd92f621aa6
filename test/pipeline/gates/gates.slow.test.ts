import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  cast,
  csv,
  type Expectations,
  filter,
  type GateResult,
  gatesOf,
  json,
  limit,
  msgpack,
  ndjson,
  open,
  parquet,
  partitionBy,
  pipeline,
  rename,
  rows,
  type Sink,
  type SluiceError,
  select,
  tee,
  tsv,
} from '../../../src/index.js'
import { DEFAULT_LIMITS } from '../../../src/model/limits.js'
import { Gates } from '../../../src/pipeline/gates/gates.js'
import { memorySource, packRows, resultOf } from '../../support/msgpack/encoded-results.js'
import { planOf } from '../../support/msgpack/plan.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['shop', 'varchar'],
  ['day', 'varchar'],
  ['tags', 'array(varchar)'],
] as const
const ROWS = [
  [1, 'a', 'mon', ['x']],
  [2, 'a', 'tue', []],
  [3, null, 'mon', ['x']],
  [3, 'b', 'mon', ['x']],
]

const source = () => resultOf(SCHEMA, ROWS)

/** What a run of the rows into a file ends with: its checks as `name outcome value`, and the error. */
async function check(expect: Expectations, path: string) {
  const brief = (gates: readonly GateResult[] = []) =>
    gates.map(({ gate, outcome, value }) => `${gate} ${outcome} ${value}`)
  try {
    const report = await pipeline(source(), csv(path), { expect })
    return { gates: brief(report.gates), error: undefined }
  } catch (error) {
    return { gates: brief(gatesOf(error)), error: error as SluiceError }
  }
}

t.test(
  'a result that meets its expectations is published, and the report has what was measured',
  async (t) => {
    const path = join(t.testdir(), 'out.csv')
    const expect: Expectations = {
      rows: { min: 1, max: 4, maxChange: 0.5 },
      notNull: ['id', 'day'],
      unique: [['shop', 'id']],
      columns: ['id', 'shop', 'day', 'tags'],
      schema: 'same',
      previous: { rowsWritten: 5, columns: SCHEMA.map(([name, type]) => ({ name, type })) },
    }
    const { gates, error } = await check(expect, path)
    t.equal(error, undefined)
    t.strictSame(gates, [
      'rows>=1 passed 4',
      'rows<=4 passed 4',
      'rows.max_change<=50% passed 0.2',
      'not_null(id) passed 0',
      'not_null(day) passed 0',
      'unique((shop,id)) passed 0',
      'columns(id,shop,day,tags) passed id,shop,day,tags',
      'schema=same passed id bigint,shop varchar,day varchar,tags array(varchar)',
    ])
    t.ok(existsSync(path))
  },
)

const FAILING: Record<string, { expect: Expectations; gate: string; message: RegExp }> = {
  'too few rows': {
    expect: { rows: { min: 5 } },
    gate: 'rows>=5 failed 4',
    message: /^the expectation failed, and nothing was published: rows>=5: there are 4 rows$/,
  },
  'too many rows': { expect: { rows: { max: 3 } }, gate: 'rows<=3 failed 4', message: /there are 4 rows/ },
  'a change that is too large': {
    expect: { rows: { maxChange: 0.5 }, previous: { rowsWritten: 10 } },
    gate: 'rows.max_change<=50% failed 0.6',
    message: /there are 4 rows after 10, a change of 60%/,
  },
  'rows after none': {
    expect: { rows: { maxChange: 10 }, previous: { rowsWritten: 0 } },
    gate: 'rows.max_change<=1000% failed null',
    message: /there are 4 rows after none/,
  },
  'a NULL': {
    expect: { notNull: ['shop'] },
    gate: 'not_null(shop) failed 1',
    message: /1 of 4 rows has a NULL/,
  },
  'a value that comes twice': {
    expect: { unique: ['id'] },
    gate: 'unique(id) failed 1',
    message: /1 of 4 rows has a key that came before/,
  },
  'a key of several columns that comes twice': {
    expect: { unique: [['id', 'day']] },
    gate: 'unique((id,day)) failed 1',
    message: /1 of 4/,
  },
  'a column of a check that is not there': {
    expect: { notNull: ['Id'] },
    gate: 'not_null(Id) failed null',
    message: /there is no column "Id"; the columns are id, shop, day, tags/,
  },
  'a key that is not there': {
    expect: { unique: ['nope'] },
    gate: 'unique(nope) failed null',
    message: /there is no column "nope"/,
  },
  'a key that cannot be compared': {
    expect: { unique: ['tags'] },
    gate: 'unique(tags) failed null',
    message: /values of the column "tags" cannot be compared: it is of type array/,
  },
  'other columns': {
    expect: { columns: ['id', 'shop', 'day'] },
    gate: 'columns(id,shop,day) failed id,shop,day,tags',
    message: /the columns are id, shop, day, tags/,
  },
  'columns in another order': {
    expect: { columns: ['shop', 'id', 'day', 'tags'] },
    gate: 'columns(shop,id,day,tags) failed id,shop,day,tags',
    message: /the columns are/,
  },
  'another type than before': {
    expect: {
      schema: 'same',
      previous: {
        rowsWritten: 1,
        columns: SCHEMA.map(([name, type]) => ({ name, type: name === 'day' ? 'date' : type })),
      },
    },
    gate: 'schema=same failed id bigint,shop varchar,day varchar,tags array(varchar)',
    message: /column 3 is day varchar, it was day date/,
  },
  'a column more than before': {
    expect: { schema: 'same', previous: { rowsWritten: 1, columns: [{ name: 'id', type: 'bigint' }] } },
    gate: 'schema=same failed id bigint,shop varchar,day varchar,tags array(varchar)',
    message: /column 2 is shop varchar, it was missing/,
  },
}

for (const [what, { expect, gate, message }] of Object.entries(FAILING)) {
  t.test(`${what}: nothing is published, and the old file stays`, async (t) => {
    const folder = t.testdir({ 'out.csv': 'old' })
    const { gates, error } = await check(expect, join(folder, 'out.csv'))
    t.match(error, { code: 'E_EXPECTATION', exitCode: 12, retryable: false, jobId: '42', message })
    t.strictSame(gates, [gate])
    t.strictSame(readdirSync(folder), ['out.csv'])
    t.equal(readFileSync(join(folder, 'out.csv'), 'utf8'), 'old')
  })
}

t.test('the message names each check that failed, and the cause has all of them', async (t) => {
  const { gates, error } = await check(
    { rows: { min: 1, max: 3 }, notNull: ['id', 'shop'], unique: ['id'] },
    join(t.testdir(), 'out.csv'),
  )
  t.strictSame(gates, [
    'rows>=1 passed 4',
    'rows<=3 failed 4',
    'not_null(id) passed 0',
    'not_null(shop) failed 1',
    'unique(id) failed 1',
  ])
  t.match(
    error?.message,
    /^3 of 5 expectations failed, and nothing was published: rows<=3: .*; not_null\(shop\)/,
  )
  t.match(JSON.parse(JSON.stringify(error)), { cause: { name: 'UnmetExpectations' } })
})

t.test('a check that fails by the columns alone ends the run before rows are read', async (t) => {
  const { gates } = await check({ rows: { min: 1 }, columns: ['a'] }, join(t.testdir(), 'out.csv'))
  t.strictSame(gates, ['rows>=1 unchecked null', 'columns(a) failed id,shop,day,tags'])
})

t.test('without an earlier output the checks that compare pass as the first', async (t) => {
  const { gates, error } = await check(
    { rows: { maxChange: 0.1 }, schema: 'same' },
    join(t.testdir(), 'out.csv'),
  )
  t.equal(error, undefined)
  t.strictSame(gates, ['rows.max_change<=10% first null', 'schema=same first null'])
})

t.test('names with commas, parentheses and quotes stand in quotes', async (t) => {
  const names = ['a,b', 'f(x)', 'say "hi"', 'plain'] as const
  const rows = resultOf(
    names.map((name) => [name, 'bigint'] as const),
    [[1, 2, 3, 4]],
  )
  const expect = { notNull: [...names] }
  const { gates = [] } = await pipeline(rows, csv(join(t.testdir(), 'out.csv')), { expect })
  t.strictSame(
    gates.map(({ gate }) => gate),
    ['not_null("a,b")', 'not_null("f(x)")', 'not_null("say ""hi""")', 'not_null(plain)'],
  )
})

t.test('expectations are about the rows that are written, under their new names', async (t) => {
  const folder = t.testdir()
  const run = (expect: Expectations) =>
    pipeline(
      source(),
      filter((row) => row.id !== 3),
      select(['id', 'shop']),
      rename({ shop: 'store' }),
      csv(join(folder, 'out.csv')),
      { expect },
    )
  const { gates } = await run({
    rows: { min: 2, max: 2 },
    notNull: ['store'],
    unique: ['id'],
    columns: ['id', 'store'],
  })
  t.strictSame(
    gates?.map(({ outcome }) => outcome),
    Array(5).fill('passed'),
  )
  await t.rejects(run({ notNull: ['shop'] }), { code: 'E_EXPECTATION' })
  await t.rejects(run({ notNull: ['day'] }), { code: 'E_EXPECTATION' })
})

t.test('messages speak of one row as one', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const messageOf = async (rows: Expectations['rows']) => {
    const expect = { rows, previous: { rowsWritten: 4 } }
    return (await pipeline(source(), limit(1), csv(path), { expect }).catch((error) => error)).message
  }
  t.match(await messageOf({ min: 2 }), /rows>=2: there is 1 row$/)
  t.match(await messageOf({ max: 0 }), /rows<=0: there is 1 row$/)
  t.match(await messageOf({ maxChange: 0.5 }), /there is 1 row after 4, a change of 75%$/)
})

t.test('a limit bounds what is checked', async (t) => {
  const folder = t.testdir()
  const many = Array.from({ length: 200_000 }, (_, i) => [i < 150_000 ? i : 0])
  const run = (most: number, expect: Expectations) =>
    pipeline(resultOf([['id', 'bigint']], many), limit(most), csv(join(folder, 'out.csv')), { expect })
  const { gates } = await run(150_000, { rows: { min: 150_000, max: 150_000 }, unique: ['id'] })
  t.strictSame(
    gates?.map(({ outcome }) => outcome),
    Array(3).fill('passed'),
  )
  await t.rejects(run(150_001, { unique: ['id'] }), { code: 'E_EXPECTATION', message: /1 of 150001 rows/ })
  const none = await run(0, { rows: { max: 0 }, unique: ['id'], notNull: ['id'] })
  t.strictSame(
    none.gates?.map(({ value }) => value),
    [0, 0, 0],
  )
})

t.test('a limit bounds the rows of a folder, whose sink reads whole blocks', async (t) => {
  const folder = t.testdir()
  const many = Array.from({ length: 5000 }, (_, i) => [i])
  const { gates, rowsWritten } = await pipeline(
    resultOf([['id', 'bigint']], many),
    limit(1200),
    partitionBy([], (path) => csv(`${path}.csv`), { folder, maxRowsPerFile: 1000 }),
    { expect: { rows: { max: 1200 }, unique: ['id'] } },
  )
  t.equal(rowsWritten, 1200)
  t.match(gates, [
    { gate: 'rows<=1200', outcome: 'passed', value: 1200 },
    { gate: 'unique(id)', outcome: 'passed' },
  ])
})

t.test('keys of a column without a type fail when they turn out to be arrays', async (t) => {
  const untyped = memorySource(packRows([[[1]], [[1]]]), { compression: 'none' })
  const run = pipeline(untyped, csv(join(t.testdir(), 'out.csv')), { expect: { unique: ['_col0'] } })
  await t.rejects(run, {
    code: 'E_EXPECTATION',
    message: /the column "_col0" holds arrays or maps, which cannot be compared/,
  })
})

t.test('rows that could not be looked at never pass', async (t) => {
  const gates = new Gates({ unique: ['c'] }, planOf(['c']), DEFAULT_LIMITS)
  const chunks = async function* () {
    yield Buffer.of(0x91, 0xc1)
    yield Buffer.of(0x91, 0x01)
  }
  for await (const _ of gates.watch(chunks()));
  await t.rejects(gates.evaluate(0), { code: /^E_MSGPACK$/ })
  const fewer = new Gates({ unique: ['c'] }, planOf(['c']), DEFAULT_LIMITS)
  await t.rejects(fewer.evaluate(1), { code: 'E_INTERNAL' })
})

t.test('keys are compared as casts make them', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const texts = () => resultOf([['id', 'varchar']], [['7'], ['007']])
  await pipeline(texts(), csv(path), { expect: { unique: ['id'] } })
  await t.rejects(pipeline(texts(), cast({ id: 'bigint' }), csv(path), { expect: { unique: ['id'] } }), {
    code: 'E_EXPECTATION',
  })
})

const FORMATS: Record<string, (path: string) => Sink> = { csv, tsv, ndjson, json, msgpack, parquet }

for (const [name, sink] of Object.entries(FORMATS)) {
  t.test(`${name} has its NULLs counted and its keys compared`, async (t) => {
    const folder = t.testdir({ out: 'old' })
    const count = 30_000
    const many = Array.from({ length: count }, (_, i) => [i % 7 === 0 ? null : 'x', (i * 7919) % count])
    const rows = () =>
      resultOf(
        [
          ['text', 'varchar'],
          ['id', 'bigint'],
        ],
        many,
        { chunkBytes: 1000 },
      )
    const path = join(folder, 'out')
    const expect: Expectations = { notNull: ['text'], unique: ['id'] }
    const error = await pipeline(rows(), sink(path), { expect }).catch((reason) => reason)
    t.match(gatesOf(error), [
      { gate: 'not_null(text)', value: Math.ceil(count / 7) },
      { gate: 'unique(id)', outcome: 'passed' },
    ])
    t.equal(readFileSync(path, 'utf8'), 'old')
    many[count - 1]![1] = many[17]![1]!
    const again = await pipeline(rows(), sink(path), { expect: { unique: ['id'] } }).catch((reason) => reason)
    t.match(gatesOf(again), [{ gate: 'unique(id)', outcome: 'failed', value: 1 }])
    t.strictSame(readdirSync(folder), ['out'])
  })
}

t.test('several outputs stay as they were together', async (t) => {
  const folder = t.testdir({ 'a.csv': 'old', parts: {} })
  const to = tee(
    csv(join(folder, 'a.csv')),
    partitionBy(['day'], (path) => ndjson(`${path}.ndjson`), { folder: join(folder, 'parts') }),
  )
  await t.rejects(pipeline(source(), to, { expect: { unique: ['id'] } }), { code: 'E_EXPECTATION' })
  t.strictSame(readdirSync(folder).sort(), ['a.csv', 'parts'])
  t.strictSame(readdirSync(join(folder, 'parts')), [])
  t.equal(readFileSync(join(folder, 'a.csv'), 'utf8'), 'old')
})

t.test('what is wrong with the rows themselves is told, not that they could not be checked', async (t) => {
  const folder = t.testdir()
  const broken = Buffer.concat([packRows(ROWS), Buffer.of(0xc1)])
  const run = (bytes: Buffer) =>
    pipeline(
      memorySource(bytes, { compression: 'none', schemaText: JSON.stringify(SCHEMA) }),
      csv(join(folder, 'out.csv')),
      { expect: { unique: ['id'], notNull: ['shop'] } },
    )
  await t.rejects(run(broken), { code: 'E_MSGPACK', message: /^row 5/ })
  await t.rejects(run(packRows(ROWS).subarray(0, -1)), { code: 'E_MSGPACK_TRUNCATED' })
  t.strictSame(readdirSync(folder), [])
})

t.test('counts are verified before expectations', async (t) => {
  const wrong = resultOf(SCHEMA, ROWS, { expectedRows: 5 })
  await t.rejects(pipeline(wrong, csv(join(t.testdir(), 'out.csv')), { expect: { rows: { min: 9 } } }), {
    code: 'E_ROW_COUNT',
  })
})

t.test('a loop over rows ends with the error, after its last row', async (t) => {
  const seen: unknown[] = []
  const loop = async () => {
    for await (const row of rows(source(), { expect: { unique: ['id'] } })) seen.push(row.id)
  }
  await t.rejects(loop(), { code: 'E_EXPECTATION' })
  t.strictSame(seen, [1, 2, 3, 3])
})

t.test('an open result checks what it writes, and its report fails with the run', async (t) => {
  const folder = t.testdir()
  const good = await open(source(), { expect: { rows: { min: 4 } } })
  const report = await good.to(csv(join(folder, 'good.csv')))
  t.match(report.gates, [{ gate: 'rows>=4', outcome: 'passed', value: 4 }])
  const bad = await open(source(), { expect: { columns: ['id'] } })
  await t.rejects(bad.to(csv(join(folder, 'bad.csv'))), { code: 'E_EXPECTATION' })
  await t.rejects(bad.report, { code: 'E_EXPECTATION' })
  t.strictSame(readdirSync(folder), ['good.csv'])
})

t.test('a run without expectations has no checks in its report', async (t) => {
  const report = await pipeline(source(), csv(join(t.testdir(), 'out.csv')))
  t.notOk('gates' in report)
})

t.test('expectations that are wrong are refused before anything is done', async (t) => {
  const wrong: [unknown, RegExp][] = [
    [{ row: { min: 1 } }, /expect has no option "row"; did you mean rows\?/],
    [{ rows: { minimum: 1 } }, /expect.rows has no option "minimum"/],
    [{ rows: { min: 2, max: 1 } }, /no number of rows is at least 2 and at most 1/],
    [{ rows: { min: -1 } }, /min of expect.rows/],
    [{ rows: { maxChange: -0.5 } }, /maxChange of expect.rows/],
    [{ rows: 1 }, /rows of expect/],
    [{ notNull: [] }, /notNull of expect must be a list of at least one column/],
    [{ unique: [] }, /unique of expect/],
    [{ unique: [[]] }, /a key of the option unique/],
    [{ unique: [7] }, /each key of the option unique/],
    [{ unique: [Array(1001).fill('a')] }, /at most 1000 columns/],
    [{ columns: [] }, /columns of expect/],
    [{ schema: 'equal' }, /schema of expect/],
    [{ previous: {} }, /previous of expect/],
    ['rows>=1', /expect/],
  ]
  const folder = t.testdir()
  for (const [expect, message] of wrong) {
    const path = join(folder, 'out.csv')
    await t.rejects(pipeline(source(), csv(path), { expect: expect as Expectations }), {
      code: 'E_USAGE',
      message,
    })
  }
  t.strictSame(readdirSync(folder), [])
})

t.test('the report of an earlier run is what the next one is compared with', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const previous = await pipeline(source(), csv(path))
  const { gates } = await pipeline(source(), csv(path), { expect: { rows: { maxChange: 0 }, previous } })
  t.match(gates, [{ gate: 'rows.max_change<=0%', outcome: 'passed', value: 0 }])
})
