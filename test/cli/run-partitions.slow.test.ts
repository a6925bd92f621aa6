/** The folders that `run` fills with partitions hold what their last run wrote, whatever earlier ones have left. */
import { readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { INVENTORY_NAME } from '../../src/sinks/partition/inventory.js'
import { CLI_ARGS } from '../support/cli/run.js'
import { undated } from '../support/cli/undated.js'
import { run as runCommand } from '../support/files/child.js'
import { noStrace } from '../support/files/strace.js'
import { manifestFolders, RUN_KEY } from '../support/manifest/folder.js'
import { receiptIn, wrongIn } from '../support/sinks/receipt.js'

t.setTimeout(600_000)

const { sandbox, folderOf } = await manifestFolders(t)

const MANIFEST = `exports:
  - name: access
    query: select i % 4 as code, i as n from unnest(sequence(0, 99)) as t (i) where true
    output: out
    format: csv
    partition_by: [code]
    max_rows_per_file: 7
`

/** The lines of rows that a reader of all files finds, and the files. */
function readAll(folder: string) {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.csv'),
  )
  const lines = found.flatMap((path) =>
    readFileSync(join(folder, path), 'utf8').trimEnd().split('\n').slice(1),
  )
  return { files: found.sort(), rows: lines.length }
}

t.test('F25: readers see the rows of the last run, once, whatever was edited meanwhile', async (t) => {
  const { cwd, run, edit, report } = folderOf(t, MANIFEST)
  const out = join(cwd, 'out')
  t.equal((await run()).exit, 0)
  t.equal(readAll(out).rows, 100)
  edit('max_rows_per_file: 7', 'max_rows_per_file: 5000')
  const wider = await run()
  t.match(
    undated(wider.stderr),
    /^note: access: removed \d+ files, .* among them: an earlier run wrote them here, and this one did not$/m,
  )
  t.equal(readAll(out).rows, 100)
  edit('where true', 'where i % 4 < 3')
  const [{ exports: done }, left] = [await report(), readAll(out)]
  t.equal(left.rows, done[0]!.rows)
  t.ok(left.rows < 100)
  t.notOk(left.files.some((path) => path.startsWith('code=3')))
  edit('where i % 4 < 3', 'where false')
  await run()
  t.strictSame(readAll(out), { files: ['part-0.csv'], rows: 0 })
  t.equal(readFileSync(join(out, 'part-0.csv'), 'utf8'), 'code,n\n')
})

t.test('F41: max_rows_per_file alone splits', async (t) => {
  const { cwd, run, edit } = folderOf(t, MANIFEST)
  edit('    partition_by: [code]\n', '')
  t.equal((await run()).exit, 0)
  const { files, rows } = readAll(join(cwd, 'out'))
  t.equal(files.length, 15)
  t.equal(rows, 100)
  t.match((await run()).stderr, /access: complete already/)
})

t.test('F42: receipt: true in a manifest, and a start that finds it missing writes anew', async (t) => {
  const { cwd, run, report } = folderOf(t, `${MANIFEST}    receipt: true\n`)
  const out = join(cwd, 'out')
  t.equal((await run()).exit, 0)
  const receipt = receiptIn(out)
  t.match(receipt, { rows: 100, format: 'csv', partitionBy: ['code'], querySha256: /^[0-9a-f]{64}$/ })
  t.strictSame(wrongIn(out), [])
  t.match((await report()).exports[0], { jobId: receipt.jobId, outcome: 'skipped' })
  t.match((await run()).stderr, /access: complete already/)
  unlinkSync(join(out, 'manifest.json'))
  t.match((await run()).stderr, /access: wrote 100 rows/)
  t.strictSame(wrongIn(out), [])
  t.equal((await run(['--scheduled-time', '2026-02-01'])).exit, 0)
  t.equal(readAll(out).rows, 100, 'the folder is the last result')
})

t.test('F25: another scheduled time adds to the folder', async (t) => {
  const { cwd, run, edit } = folderOf(t, MANIFEST)
  edit('where true', 'where i % 4 = 3')
  await run()
  const first = readAll(join(cwd, 'out'))
  edit('where i % 4 = 3', 'where i % 4 < 3')
  await run(['--scheduled-time', '2026-02-01'])
  const both = readAll(join(cwd, 'out'))
  t.equal(both.rows, 100)
  t.ok(first.files.length > 0 && first.files.every((path) => both.files.includes(path)))
})

t.test('F25: earlier_files: keep keeps them', async (t) => {
  const { cwd, run, edit } = folderOf(t, `${MANIFEST}    earlier_files: keep\n`)
  await run()
  edit('max_rows_per_file: 7', 'max_rows_per_file: 5000')
  t.equal((await run()).exit, 0)
  t.ok(readAll(join(cwd, 'out')).rows > 100)
  edit('earlier_files: keep', 'earlier_files: maybe')
  t.match(await run(), { exit: 2, stderr: /earlier_files/ })
})

for (const [when, call] of [
  ['before its first file is final', 'rename:signal=SIGKILL:when=1'],
  ['when its files are final and not yet listed', 'rename:signal=SIGKILL:when=2'],
  ['when they are listed', 'unlink:signal=SIGKILL:when=2'],
] as const) {
  t.test(
    `F25: killed ${when}, a run leaves nothing to the next that readers would see`,
    { skip: noStrace },
    async (t) => {
      const { cwd, time, run, edit } = folderOf(t, MANIFEST)
      const out = join(cwd, 'out')
      await run()
      edit('max_rows_per_file: 7', 'max_rows_per_file: 9')
      const list = join(out, `.${INVENTORY_NAME}.part`)
      const paths = ['-P', list, '-P', join(out, `.${INVENTORY_NAME}.lock`)]
      const strace = ['strace', '-f', '-qq', '-o', '/dev/null', ...paths, '-e', `inject=${call}`]
      const command = [
        process.execPath,
        ...CLI_ARGS,
        'run',
        join(cwd, 'exports.yaml'),
        '--scheduled-time',
        time,
      ]
      const env = { ...process.env, TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY, UV_THREADPOOL_SIZE: '1' }
      const killed = await runCommand([...strace, ...command], { env, cwd })
      t.equal(killed.exit, 'SIGKILL', killed.stderr)
      edit('max_rows_per_file: 9', 'max_rows_per_file: 5000')
      edit('where true', 'where i % 4 < 3')
      t.equal((await run()).exit, 0)
      const { files, rows } = readAll(out)
      t.ok(rows < 100)
      t.ok(
        files.every((path) => path.endsWith('part-0.csv') && !path.startsWith('code=3')),
        files.join(' '),
      )
    },
  )
}
