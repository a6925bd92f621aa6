// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** `run status`: what the state of a manifest tells of its exports. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { manifestFolders, RUN_KEY } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const { sandbox, folderOf } = await manifestFolders(t)

const MANIFEST = `timezone: Asia/Tokyo
exports:
  - { name: good, query: "select '\${date}' as d", output: 'out/\${date}.csv' }
  - { name: bad, query: 'select nope from www_access', output: 'bad/\${date}.csv' }
`

const dayOf = (day: string) => ({ clock: () => Date.parse(`${day}T03:00:00+09:00`) })

t.test('run status tells of each export its last times, and what is missing', async (t) => {
  const { cwd, jobs } = folderOf(t, MANIFEST)
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY, PATH: process.env.PATH! }
  const run = (args: readonly string[], day: string) =>
    runInProcess(['run', ...args], { cwd, env, ...dayOf(day) })
  await run(['exports.yaml', '--from', '2026-01-02', '--to', '2026-01-03', '--only', 'good'], '2026-01-03')
  await run(['exports.yaml', '--scheduled-time', '2026-01-05'], '2026-01-05')
  rmSync(join(cwd, 'out/2026-01-02.csv'))
  const last = jobs().findLast(({ query }) => String(query).includes('2026-01-05'))
  const requests = sandbox.log.length
  // Without a key, and with nobody to talk to.
  const status = (args: readonly string[] = []) =>
    runInProcess(['run', 'status', 'exports.yaml', ...args], { cwd, ...dayOf('2026-01-06') })
  const { exit, stdout, stderr } = await status()
  t.equal(exit, 0, stderr)
  const lines = stdout.split('\n')
  t.equal(lines[0], 'good, 3 of 7 not complete')
  t.match(lines[1], /^scheduled time +state +rows +size +took +ended +job$/)
  t.match(lines[2], /^2026-01-06T00:00:00\+09:00 +missing$/)
  t.match(
    lines[3],
    new RegExp(
      `^2026-01-05T00:00:00\\+09:00 +complete +1 +13 B +\\d\\S* s +\\d{4}-\\S+\\+09:00 +${last!.id}$`,
    ),
  )
  t.match(lines[4], /^2026-01-04T00:00:00\+09:00 +missing$/)
  t.match(lines[5], /^2026-01-03T00:00:00\+09:00 +complete /)
  t.match(lines[6], /^2026-01-02T00:00:00\+09:00 +gone /)
  t.match(lines[7], /^2026-01-01T00:00:00\+09:00 +not yet$/)
  t.match(stdout, /\n\nbad, 2 of 7 not complete\n/)
  t.match(stdout, /\n2026-01-05T00:00:00\+09:00 +failed \(E_JOB_FAILED\) /)
  const { exports } = JSON.parse((await status(['--json', '--last', '2'])).stdout)
  t.match(exports, [
    { name: 'good', missing: 1, times: [{ status: 'missing' }, { status: 'complete', rows: 1, bytes: 13 }] },
    { name: 'bad', missing: 2, times: [{ status: 'missing' }, { status: 'failed', code: 'E_JOB_FAILED' }] },
  ])
  t.type(exports[0].times[1].durationMs, 'number')
  const [only] = JSON.parse(
    (await status(['--json', '--only', 'bad', '--from', '2026-01-05'])).stdout,
  ).exports
  t.match(only, { name: 'bad', times: [{}, {}] })
  t.equal(sandbox.log.length, requests)
})

t.test('run status tells of a failure only until a later start has mended it', async (t) => {
  const { cwd, run, edit } = folderOf(t, MANIFEST)
  const ENV = { env: { TD_API_KEY: RUN_KEY } }
  await run(['--scheduled-time', '2026-02-01'], ENV)
  edit('select nope from www_access', 'select 1 as n')
  t.equal((await run(['--scheduled-time', '2026-02-01'], ENV)).exit, 0)
  const { stdout } = await runInProcess(['run', 'status', 'exports.yaml', '--json', '--last', '1'], {
    cwd,
    ...dayOf('2026-02-01'),
  })
  t.match(JSON.parse(stdout).exports, [{ missing: 0 }, { missing: 0, times: [{ status: 'complete' }] }])
})

t.test('run status leaves report and hooks alone, and refuses what it has no use for', async (t) => {
  const stale = JSON.stringify({
    manifest: 'exports.yaml',
    startedAt: '2026-01-30T00:00:00Z',
    complete: true,
  })
  const { cwd, read } = folderOf(t, MANIFEST, { 'r.json': stale })
  const status = (...args: string[]) => runInProcess(['run', 'status', ...args], { cwd })
  const { exit, stderr } = await status('exports.yaml', '--force', '--report', 'r.json')
  t.equal(exit, 2)
  t.match(stderr, 'E_USAGE: run status has no option --force')
  t.equal((await status('none.yaml')).exit, 14)
  t.equal((await status('exports.yaml', '--frce', '--report', 'r.json')).exit, 2)
  writeFileSync(join(cwd, 'exports.yaml'), 'exports: [')
  t.equal((await status('exports.yaml')).exit, 2)
  t.equal(read('r.json'), stale)
  const help = await status('--help')
  t.match(help.stdout, /--last <n>/)
  t.notMatch(help.stdout, /--force/)
})

t.test('--html writes a page of the same', async (t) => {
  const { cwd } = folderOf(t, MANIFEST)
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY, PATH: process.env.PATH! }
  await runInProcess(['run', 'exports.yaml', '--only', 'good'], { cwd, env, ...dayOf('2026-01-05') })
  const status = (...args: string[]) =>
    runInProcess(['run', 'status', 'exports.yaml', ...args], { cwd, ...dayOf('2026-01-05') })
  const { exit, stdout, stderr } = await status('--html', 'status.html')
  t.equal(exit, 0, stderr)
  t.match(stdout, 'scheduled time')
  const page = readFileSync(join(cwd, 'status.html'), 'utf8')
  t.match(page, '<title>exports.yaml</title>')
  t.match(page, '<span class="chip good">complete</span>')
  t.match(page, 'rows by scheduled time')
  for (const place of ['exports.yaml', 'exports.yaml.state.json'])
    t.match(
      await status('--html', place),
      { exit: 2, stderr: /E_USAGE.* are the same place/ },
      `E22: ${place}`,
    )
})
