import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  csv,
  ndjson,
  type PartitionOptions,
  partitionBy,
  pipeline,
  type Sink,
  tee,
} from '../../../src/index.js'
import { INVENTORY_NAME } from '../../../src/sinks/partition/inventory.js'
import { run } from '../../support/files/child.js'
import { noAppendOnly } from '../../support/files/places.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'

const SCHEMA = [
  ['date', 'date'],
  ['n', 'bigint'],
] as const

/** Rows of some days, so many each. */
const rowsOf = (days: readonly number[], each = 1) =>
  days.flatMap((day) => Array.from({ length: each }, (_, i) => [`2026-11-0${day}`, i]))

/** The files of rows below a folder. */
function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const files = found.filter((entry) => entry.isFile() && entry.name !== INVENTORY_NAME)
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
}

/** A folder, and the way to write rows into its partitions; that returns the notices. */
function setUp(t: Test) {
  const folder = join(t.testdir({}), 'out')
  const write = async (
    rows: readonly unknown[][],
    options: PartitionOptions = {},
    make: (path: string) => Sink = (path) => csv(`${path}.csv`),
    columns: readonly string[] = ['date'],
  ) => {
    const notices: string[] = []
    const sink = partitionBy(columns, make, { folder, ...options })
    await pipeline(resultOf(SCHEMA, rows), sink, {
      onProgress: (event) => event.type === 'notice' && notices.push(`${event.code} ${event.message}`),
    })
    return notices
  }
  return { folder, write }
}

t.test('F25: files of an earlier run in the partitions that are written again are removed', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf([1, 2, 3], 5), { maxRowsPerFile: 2 })
  t.equal(filesIn(folder).length, 9)
  const notices = await write(rowsOf([1, 2], 5))
  t.strictSame(filesIn(folder), [
    'date=2026-11-01/part-0.csv',
    'date=2026-11-02/part-0.csv',
    ...[0, 1, 2].map((i) => `date=2026-11-03/part-${i}.csv`),
  ])
  t.match(notices, [
    /^N_EARLIER_FILES removed 4 files, date=2026-11-01\/part-1\.csv among them: an earlier run/,
  ])
  t.strictSame(await write(rowsOf([1, 2], 5)), [], 'there is nothing more to remove')
})

t.test(
  'F25: with a name of the run, all that the same one wrote is replaced, and nothing else',
  async (t) => {
    const { folder, write } = setUp(t)
    await write(rowsOf([1]), { runName: 'first' })
    await write(rowsOf([2, 3]), { runName: 'second' }, (path) => csv(`${path}.csv.gz`))
    const notices = await write(rowsOf([3]), { runName: 'second' })
    t.strictSame(filesIn(folder), ['date=2026-11-01/part-0.csv', 'date=2026-11-03/part-0.csv'])
    t.match(notices, [/removed 2 files/])
    t.notOk(existsSync(join(folder, 'date=2026-11-02')), 'a folder that is empty then goes too')
    await write([], { runName: 'second' })
    t.strictSame(
      filesIn(folder),
      ['date=2026-11-01/part-0.csv'],
      'a result of no rows replaces all of it, and no file lies higher than others',
    )
  },
)

t.test('F25: without columns all of the folder is one partition, without rows too', async (t) => {
  const { folder, write } = setUp(t)
  const make = (path: string) => csv(`${path}.csv`)
  await write(rowsOf([1], 5), { maxRowsPerFile: 1, runName: 'a' }, make, [])
  await write(rowsOf([1], 2), { maxRowsPerFile: 1, runName: 'b' }, make, [])
  t.strictSame(filesIn(folder), ['part-0.csv', 'part-1.csv'])
})

t.test('F25: kept where that is asked for, and replaced by a later run that is not asked', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf([1], 3), { maxRowsPerFile: 1 })
  t.strictSame(await write(rowsOf([1], 3), { earlierFiles: 'keep' }), [])
  t.equal(filesIn(folder).length, 3)
  await write(rowsOf([1], 3))
  t.equal(filesIn(folder).length, 1)
  t.throws(() => partitionBy(['date'], csv, { earlierFiles: 'no' as 'keep' }), { code: 'E_USAGE' })
  t.throws(() => partitionBy(['date'], csv, { runName: '' }), { code: 'E_USAGE' })
})

t.test('F25: only what td-sluice wrote and nobody has changed is removed', async (t) => {
  const { folder, write } = setUp(t)
  const day = join(folder, 'date=2026-11-01')
  await write(rowsOf([1], 5), { maxRowsPerFile: 1 })
  writeFileSync(join(day, 'mine.csv'), 'n\n1\n')
  writeFileSync(join(day, 'part-1.csv'), 'edited')
  const hour = new Date(Date.now() - 3_600_000)
  utimesSync(join(day, 'part-2.csv'), hour, hour)
  await write(rowsOf([1], 5), {}, (path) => ndjson(`${path}.ndjson`))
  t.equal(filesIn(folder).length, 7, 'another format is not part of the same result')
  await write(rowsOf([1], 5))
  t.strictSame(
    readdirSync(day).sort(),
    ['mine.csv', 'part-0.csv', 'part-0.ndjson', 'part-1.csv', 'part-2.csv'].sort(),
  )
})

t.test('F25: a link that leads out of the folder is not followed', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf([1, 2], 2), { maxRowsPerFile: 1, runName: 'a' })
  const elsewhere = join(folder, '../elsewhere')
  renameSync(join(folder, 'date=2026-11-01'), elsewhere)
  symlinkSync('../elsewhere', join(folder, 'date=2026-11-01'))
  await write(rowsOf([3]), { runName: 'a' })
  t.strictSame(readdirSync(elsewhere).sort(), ['part-0.csv', 'part-1.csv'])
  t.notOk(existsSync(join(folder, 'date=2026-11-02')))
})

t.test(
  'F25: a list that no td-sluice wrote, or that leads out of the folder, is refused before the job',
  async (t) => {
    const { folder, write } = setUp(t)
    mkdirSync(folder)
    const evil = { run: '', files: [{ path: '../victim', bytes: 1, modifiedMs: 1 }], begun: [] }
    for (const text of ['', '{}\n', `{"format":"td-sluice files 1"}\n${JSON.stringify(evil)}\n`]) {
      writeFileSync(join(folder, INVENTORY_NAME), text)
      await t.rejects(write(rowsOf([1])), {
        code: 'E_IO',
        message: /is no list of files/,
        hint: /move it away/,
      })
    }
    t.strictSame(filesIn(folder), [])
  },
)

t.test(
  'F25: a list that is no file, and a FIFO that nobody writes to, is refused before the job',
  async (t) => {
    const { folder, write } = setUp(t)
    const list = join(folder, INVENTORY_NAME)
    for (const make of [
      () => mkdirSync(list),
      () => execFileSync('mkfifo', [list]),
      () => symlinkSync('/dev/zero', list),
    ]) {
      mkdirSync(folder, { recursive: true })
      make()
      await t.rejects(write(rowsOf([1])), {
        code: 'E_IO',
        message: /\.td-sluice-files is no list of files/,
        hint: /move it away/,
      })
      t.strictSame(filesIn(folder), [])
      rmSync(folder, { recursive: true })
    }
  },
)

t.test('F25: after a failure the files of the earlier run stay, and so does the list', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf([1], 3), { maxRowsPerFile: 1 })
  const list = readFileSync(join(folder, INVENTORY_NAME), 'utf8')
  const failing = (): Sink => ({
    ...csv(join(folder, 'x.csv')),
    open: async () => {
      throw new Error('no')
    },
  })
  await t.rejects(write(rowsOf([1]), {}, failing), { message: /no/ })
  t.equal(filesIn(folder).length, 3)
  t.equal(readFileSync(join(folder, INVENTORY_NAME), 'utf8'), list)
})

t.test('F25: what a run made final before it broke off is replaced by the next', async (t) => {
  const { folder, write } = setUp(t)
  // The second file cannot become final: the first one is by then.
  const rival = (path: string): Sink => {
    const sink = csv(`${path}.csv`, { clobber: false })
    return {
      ...sink,
      open: async (context) => {
        const beforePublish = async () => {
          await context.beforePublish!()
          if (path.includes('-02')) writeFileSync(`${path}.csv`, 'theirs')
        }
        return sink.open({ ...context, beforePublish })
      },
    }
  }
  const options = { runName: 'a', maxOpenFiles: 1 }
  await t.rejects(write(rowsOf([1, 2]), options, rival), { code: 'E_EXISTS', message: /1 of 2 outputs/ })
  t.equal(readFileSync(join(folder, 'date=2026-11-01/part-0.csv'), 'utf8'), 'n\n0\n')
  const notices = await write(rowsOf([2]), { runName: 'a' })
  t.strictSame(filesIn(folder), ['date=2026-11-02/part-0.csv'])
  t.match(notices, [/^N_EARLIER_FILES removed date=2026-11-01\/part-0\.csv: an earlier run wrote it here/])
  t.notMatch(readFileSync(join(folder, INVENTORY_NAME), 'utf8'), /sinceMs/, 'nothing is left under way')
})

t.test('F25: two formats of one run in one folder stay side by side, run after run', async (t) => {
  const folder = join(t.testdir({}), 'out')
  const both = () =>
    tee(
      partitionBy(['date'], (path) => csv(`${path}.csv`), { folder, runName: 'a' }),
      partitionBy(['date'], (path) => ndjson(`${path}.ndjson`), { folder, runName: 'a' }),
    )
  for (const days of [[1, 2], [1], [1, 3], [3]]) {
    await pipeline(resultOf(SCHEMA, rowsOf(days)), both())
    const expected = days.flatMap((day) =>
      ['csv', 'ndjson'].map((end) => `date=2026-11-0${day}/part-0.${end}`),
    )
    t.strictSame(filesIn(folder), expected.sort(), `days ${days}`)
  }
})

t.test('F25: runs that write into one folder at the same time both end, and both are listed', async (t) => {
  const { folder, write } = setUp(t)
  await Promise.all(
    [1, 2, 3, 4].map((day) => write(rowsOf([day], 3), { runName: `${day}`, maxRowsPerFile: 1 })),
  )
  t.equal(filesIn(folder).length, 12)
  await Promise.all([1, 2, 3, 4].map((day) => write(rowsOf([day]), { runName: `${day}` })))
  t.equal(filesIn(folder).length, 4)
})

t.test(
  'F25: an earlier file that cannot be removed is a failure, as readers would take it for a part',
  { skip: noAppendOnly },
  async (t) => {
    const { folder, write } = setUp(t)
    await write(rowsOf([1], 2), { maxRowsPerFile: 1 })
    const stale = join(folder, 'date=2026-11-01/part-1.csv')
    await run(['chattr', '+i', stale])
    await t.rejects(write(rowsOf([1])), {
      code: 'E_IO',
      message: /^the new files are final, but one of an earlier run cannot be removed: .*part-1\.csv: EPERM/,
    })
    await run(['chattr', '-i', stale])
    chmodSync(stale, 0o644)
    await write(rowsOf([1]))
    t.strictSame(filesIn(folder), ['date=2026-11-01/part-0.csv'])
  },
)

t.test('F41: files that no run wrote are left alone and named, where readers would find them', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf([1, 2], 3), { maxRowsPerFile: 1, runName: 'a' })
  writeFileSync(join(folder, 'date=2026-11-01', 'other.csv'), 'n\n9\n')
  writeFileSync(join(folder, 'notes.txt'), '')
  writeFileSync(join(folder, '_metadata'), '')
  mkdirSync(join(folder, 'scripts'))
  writeFileSync(join(folder, 'scripts', 'a.csv'), '')
  // Changed since: it is somebody's own now.
  writeFileSync(join(folder, 'date=2026-11-02', 'part-2.csv'), 'n\n7\n8\n')
  const [removed, others] = await write(rowsOf([1, 2], 3), { runName: 'a' })
  t.match(removed, /N_EARLIER_FILES removed 3 files/)
  t.match(
    others,
    /N_OTHER_FILES the folder holds 3 files .*: date=2026-11-01\/other\.csv, date=2026-11-02\/part-2\.csv, notes\.txt;/,
  )
  t.ok(existsSync(join(folder, 'date=2026-11-01', 'other.csv')))
  t.strictSame(
    (await write(rowsOf([3]), { runName: 'b' })).length,
    1,
    'what another run wrote is no stranger',
  )
})

t.test('F41: without clobber a folder that holds files is refused before the job', async (t) => {
  const { folder, write } = setUp(t)
  const keep = { clobber: false }
  await write(rowsOf([1]), keep)
  const before = filesIn(folder)
  await t.rejects(write(rowsOf([2]), keep), { code: 'E_EXISTS', message: /holds date=2026-11-01/ })
  t.strictSame(filesIn(folder), before)
})
