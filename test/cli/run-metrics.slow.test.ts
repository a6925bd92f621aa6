/** `run --metrics-file`: metrics of every start, however it ends. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { manifestFolders } from '../support/manifest/folder.js'
import { parseMetrics } from '../support/metrics/parse.js'

t.setTimeout(300_000)

const { folderOf } = await manifestFolders(t)

const ONE = `exports:
  - { name: one, query: 'select 1 as a', output: one.csv }
`
const M = { manifest: 'exports.yaml' }

const valueIn = (text: string) => {
  const families = parseMetrics(text)
  return (name: string, labels: object = M) =>
    families.get(`td_sluice_${name}`)?.samples.get(JSON.stringify(labels))
}

t.test('metrics tell of a start that is complete, and of one that fails what was before', async (t) => {
  const { cwd, run, read, edit } = folderOf(t, ONE)
  t.equal((await run(['--metrics-file', 'run.prom'])).exit, 0)
  const first = valueIn(read('run.prom'))
  t.equal(first('run_exit_code'), 0)
  t.equal(first('run_complete'), 1)
  t.equal(first('export_rows', { ...M, export: 'one' }), 1)
  t.equal(first('export_bytes', { ...M, export: 'one' }), 4)
  for (const phase of ['wait', 'transfer', 'total'])
    t.ok(first('export_seconds', { ...M, export: 'one', phase })! >= 0)
  const success = first('run_last_success_timestamp_seconds')
  t.ok(Math.abs(success! - Date.now() / 1000) < 300)
  t.equal(statSync(join(cwd, 'run.prom')).mode & 0o444, 0o444, 'node_exporter is another user')
  t.strictSame(
    readdirSync(cwd).filter((name) => name.includes('prom')),
    ['run.prom'],
  )
  const failures: [readonly string[], number][] = [
    [['--no-such-option'], 2],
    [['--only', 'nobody'], 2],
    [['--state', '/nowhere/state.json'], 14],
  ]
  for (const [args, exit] of failures) {
    const ended = await run(['--metrics-file', 'run.prom', ...args])
    t.equal(ended.exit, exit)
    const value = valueIn(read('run.prom'))
    t.equal(value('run_exit_code'), exit, args.join(' '))
    t.equal(value('run_complete'), 0)
    t.equal(value('run_last_success_timestamp_seconds'), success)
    t.equal(value('export_last_success_timestamp_seconds', { ...M, export: 'one' }), success)
  }
  edit('select 1 as a', 'select nope')
  t.equal((await run(['--metrics-file=run.prom'])).exit, 3)
  const failed = valueIn(read('run.prom'))
  t.equal(failed('export_exit_code', { ...M, export: 'one' }), 3)
  t.equal(failed('run_exports', { ...M, outcome: 'failed' }), 1)
  t.equal(failed('export_last_success_timestamp_seconds', { ...M, export: 'one' }), success)
  edit('exports:', 'export:')
  t.equal((await run(['--metrics-file', 'run.prom'])).exit, 2)
  t.equal(valueIn(read('run.prom'))('run_exit_code'), 2)
})

t.test('a report that cannot be written is the exit code of the metrics too', async (t) => {
  const { cwd, run, read, edit } = folderOf(t, ONE)
  const ended = await run(['--metrics-file', 'run.prom', '--report', 'no/such/folder.json'])
  t.equal(ended.exit, 14)
  t.equal(valueIn(read('run.prom'))('run_exit_code'), 14)
  // The hook takes the folder of the report away, once all is complete.
  edit('exports:', "on_success: 'rm -r later'\nexports:")
  mkdirSync(join(cwd, 'later'))
  const late = await run(['--metrics-file', 'run.prom', '--report', 'later/report.json'])
  t.equal(late.exit, 14)
  t.equal(valueIn(read('run.prom'))('run_exit_code'), 14)
  t.equal(valueIn(read('run.prom'))('run_complete'), 0)
})

t.test(
  'what cannot hold metrics is refused before anything runs, and a file of something else stays',
  async (t) => {
    const { cwd, run, read, jobs } = folderOf(t, ONE)
    writeFileSync(join(cwd, 'notes.txt'), 'dear diary\n')
    const refused: [string, number, RegExp][] = [
      ['notes.txt', 2, /notes\.txt holds something else than metrics of td-sluice, and is not replaced/],
      ['exports.yaml', 2, /exports\.yaml holds something else/],
      ['-', 2, /--metrics-file writes a file, and stdout is none/],
      ['s3://bucket/run.prom', 2, /--metrics-file writes a file, and s3:\/\/bucket\/run\.prom is none/],
      ['no/such/run.prom', 14, /the metrics no\/such\/run\.prom: /],
      ['one.csv', 2, /one\.csv/],
    ]
    for (const [file, exit, message] of refused) {
      const before = { manifest: 'exports.yaml', startedAt: '2026-01-01T00:00:00Z', complete: true }
      writeFileSync(join(cwd, 'report.json'), JSON.stringify(before))
      const ended = await run(['--metrics-file', file, '--report', 'report.json'])
      t.equal(ended.exit, exit, file)
      t.match(ended.stderr, message)
      t.match(
        JSON.parse(read('report.json')),
        { complete: false, exitCode: exit },
        'E20: the report tells it',
      )
    }
    t.equal(read('notes.txt'), 'dear diary\n')
    t.match(read('exports.yaml'), /^version: 1/)
    t.notOk(existsSync(join(cwd, 'one.csv')))
    t.equal(jobs().length, 0)
  },
)
