/** Nights of one manifest under cron, as docs/guides/cron.md tells them; the clock is the test's. Real processes by other clocks: E25. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { RunReport } from '../../src/manifest/report.js'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { SOURCE_ARGS } from '../support/cli/run.js'
import { ended, start } from '../support/files/child.js'
import { clockAt, noFaketime } from '../support/places/clock.js'

const KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'

const sandbox = await startSandbox({ apiKey: KEY, rows: 500, latency: 40 })
t.teardown(() => sandbox.close())

/** What the mail of a failure is made of, and a pause that the test ends. */
const MANIFEST = `version: 1
timezone: Europe/Berlin
catch_up: true
defaults: { database: sample_datasets }
exports:
  - name: access
    query: select * from www_access
    output: out/\${date}.csv
on_success: while [ -e hold ]; do sleep 0.1; done
on_failure: cat >> mail
`

const environment = ({ url }: Sandbox) => ({ TD_API_SERVER: url, TD_API_KEY: KEY, PATH: process.env.PATH! })

const PAGE = readFileSync(new URL('../../docs/guides/cron.md', import.meta.url), 'utf8')
const SHOWN = [...PAGE.matchAll(/```log\n(.*?)```/gs)].flatMap(([, lines]) => lines!.trimEnd().split('\n'))

/** Lines that the page shows of a month and that are no beginnings of lines of the log. */
function untold(log: string, month: string): string[] {
  const lines = log.replace(/ to \/\S+\//g, ' to /srv/exports/out/').split('\n')
  const wanted = SHOWN.filter((line) => line.startsWith(month) && !line.includes('E_NO_SPACE'))
  t.ok(wanted.length > 2)
  return wanted.filter((line) => !lines.some((each) => each.startsWith(line.trimEnd())))
}

/** A folder in which a crontab would start the manifest; what is said goes to one log. */
function crontabOf(t: Test, manifest = MANIFEST) {
  const cwd = t.testdir({ 'exports.yaml': manifest })
  let log = ''
  const args = ['run', 'exports.yaml', '--report', 'report.json', '--retries', '0']
  return {
    cwd,
    args,
    /** A start when the clock of the world shows `time`. */
    async at(time: string) {
      const env = environment(sandbox)
      const { exit, stderr } = await runInProcess(args, { cwd, env, clock: () => Date.parse(time) })
      log += stderr
      const report: RunReport = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
      return {
        exit,
        stderr,
        report,
        did: report.exports.map((each) => `${each.scheduledTime} ${each.outcome}`),
      }
    },
    log: () => log,
    outputs: () => (existsSync(join(cwd, 'out')) ? readdirSync(join(cwd, 'out')).sort() : []),
    mails: () => (existsSync(join(cwd, 'mail')) ? readFileSync(join(cwd, 'mail'), 'utf8') : ''),
  }
}

t.test('E28: nights under cron: a retry, an overlap, a missed night, a lost state', async (t) => {
  const cron = crontabOf(t)
  const first = await cron.at('2026-03-27T03:00:01+01:00')
  t.equal(first.exit, 0, first.stderr)
  t.strictSame(first.did, ['2026-03-27T00:00:00+01:00 written'])
  t.match(first.stderr, /^2026-03-27T03:00:01\+01:00 access: wrote 500 rows to .*2026-03-27\.csv/m)
  const retry = await cron.at('2026-03-27T03:20:01+01:00')
  t.strictSame([retry.exit, retry.did], [0, ['2026-03-27T00:00:00+01:00 skipped']])

  // The hook of the first is still at work when the second starts.
  writeFileSync(join(cron.cwd, 'hold'), '')
  const slow = cron.at('2026-03-28T03:00:01+01:00')
  while (!cron.outputs().includes('2026-03-28.csv')) await new Promise((resolve) => setTimeout(resolve, 20))
  const blocked = await cron.at('2026-03-28T03:20:01+01:00')
  t.equal(blocked.exit, 15)
  t.match(
    blocked.stderr,
    /^2026-03-28T03:20:01\+01:00 td-sluice: E_LOCKED: another run of exports\.yaml is at work/m,
  )
  t.equal(cron.mails(), '', 'the run at work makes the same outputs')
  rmSync(join(cron.cwd, 'hold'))
  t.equal((await slow).exit, 0)

  // The night of the 29th, when summer time began, and that of the 30th nobody started anything.
  const after = await cron.at('2026-03-31T03:00:01+02:00')
  t.equal(after.exit, 0, after.stderr)
  t.strictSame(after.did, [
    '2026-03-29T00:00:00+01:00 written',
    '2026-03-30T00:00:00+02:00 written',
    '2026-03-31T00:00:00+02:00 written',
  ])
  t.match(after.stderr, /for 3 scheduled times, 2026-03-29T00:00:00\+01:00 to 2026-03-31T00:00:00\+02:00$/m)

  const jobs = sandbox.jobs().length
  rmSync(join(cron.cwd, 'exports.yaml.state.json'))
  const lost = await cron.at('2026-03-31T03:20:01+02:00')
  t.strictSame([lost.exit, lost.did], [0, ['2026-03-31T00:00:00+02:00 written']])
  t.equal(sandbox.jobs().length, jobs, 'the job was found by its key')
  t.equal(cron.mails(), '')
  t.strictSame(
    cron.outputs(),
    [27, 28, 29, 30, 31].map((day) => `2026-03-${day}.csv`),
  )
  t.strictSame(untold(cron.log(), '2026-03'), [])
})

t.test('E28: a failure writes a mail, and the start after it mends what it can', async (t) => {
  const cron = crontabOf(t)
  sandbox.faults.add('status:503@result')
  t.teardown(() => sandbox.faults.clear())
  const failed = await cron.at('2026-04-01T03:00:01+02:00')
  sandbox.faults.clear()
  t.equal(failed.exit, 10, failed.stderr)
  t.match(JSON.parse(cron.mails()), { complete: false, exitCode: 10, exports: [{ outcome: 'failed' }] })
  const mended = await cron.at('2026-04-01T03:20:01+02:00')
  t.strictSame([mended.exit, mended.did], [0, ['2026-04-01T00:00:00+02:00 written']])
  t.strictSame(untold(cron.log(), '2026-04'), [])
})

t.test('E28: a full disk leaves no part of an output, and is told', { skip: noFaketime }, async (t) => {
  const cron = crontabOf(t, MANIFEST.replace('catch_up: true\n', ''))
  const command = [process.execPath, ...SOURCE_ARGS, ...cron.args]
  // As if 16 blocks of 512 bytes were left, at 3:00 in the first night of summer time.
  const line = ['sh', '-c', 'ulimit -f 16; exec "$@"', 'sh', ...command]
  const env = { ...environment(sandbox), ...clockAt('2026-03-29T01:00:01Z') }
  const { exit, stderr } = await ended(start(line, { cwd: cron.cwd, env }))
  t.equal(exit, 14, stderr)
  t.match(stderr, /^2026-03-29T03:00:\d\d\+02:00 td-sluice: E_NO_SPACE: access: /m)
  t.strictSame(cron.outputs(), [])
  t.match(JSON.parse(cron.mails()), { complete: false, exports: [{ error: { code: 'E_NO_SPACE' } }] })
  const roomy = await cron.at('2026-03-29T03:20:01+02:00')
  t.strictSame([roomy.exit, roomy.did], [0, ['2026-03-29T00:00:00+01:00 written']])
  t.strictSame(cron.outputs(), ['2026-03-29.csv'])
})

t.test('E28: days of 23, 24½ and 25 hours are one day each, in three zones', async (t) => {
  for (const [zone, day, before, starts] of [
    [
      'Europe/Berlin',
      '2026-03-29',
      '2026-03-28T22:30:00Z',
      ['2026-03-28T23:10:00Z', '2026-03-29T01:10:00Z', '2026-03-29T21:50:00Z'],
    ],
    [
      'Australia/Lord_Howe',
      '2026-04-05',
      '2026-04-04T12:30:00Z',
      ['2026-04-04T13:10:00Z', '2026-04-04T15:10:00Z', '2026-04-05T13:20:00Z'],
    ],
    [
      'America/New_York',
      '2026-11-01',
      '2026-11-01T03:30:00Z',
      ['2026-11-01T04:10:00Z', '2026-11-01T06:30:00Z', '2026-11-02T04:50:00Z'],
    ],
  ] as const) {
    const cron = crontabOf(t, MANIFEST.replace('Europe/Berlin', zone).replace('catch_up: true\n', ''))
    t.equal((await cron.at(before)).exit, 0, zone)
    const outcomes: string[] = []
    for (const time of starts) {
      const { exit, report } = await cron.at(time)
      t.equal(exit, 0, `${zone} ${time}`)
      t.ok(report.scheduledTime?.startsWith(`${day}T00:00:00`), `${zone} ${time}: ${report.scheduledTime}`)
      outcomes.push(report.exports[0]!.outcome)
    }
    t.strictSame(outcomes, ['written', 'skipped', 'skipped'], zone)
    t.equal(cron.outputs().length, 2, zone)
  }
})
