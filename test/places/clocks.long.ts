/** Clocks that somebody sets, and that change for summer: `npm run test:long places`. Needs a build and libfaketime. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { figures } from '../support/figures/figures.js'
import { ended, run, start } from '../support/files/child.js'
import { clockAt, JumpingClock, noFaketime } from '../support/places/clock.js'
import { COMMAND } from '../support/places/workshop.js'

const sandbox = await startSandbox({ rows: 2000, nasdaqRows: 100, preload: true, bytesPerSecond: 4000 })
t.teardown(() => sandbox.close())
const env = { PATH: process.env.PATH!, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k'.repeat(8) }
const command = [process.execPath, COMMAND, 'run', 'exports.yaml', '--report', 'report.json', '--quiet']

function folder(path: string, head: string, query: string): string {
  mkdirSync(path, { recursive: true })
  const exported = `exports: [{ name: one, query: '${query}', output: 'out-\${scheduled_time | %Y%m%dT%H%M%z}.csv' }]`
  writeFileSync(
    join(path, 'exports.yaml'),
    `version: 1\n${head}\ndefaults: { database: sample_datasets }\n${exported}\n`,
  )
  return path
}

const HOUR = 3_600_000
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

/** Starts of one manifest, by the minute; each stands for the time at which its period began. */
const DAYS: Readonly<Record<string, { head: string; starts: Readonly<Record<string, string>> }>> = {
  'hourly, as summer time begins in Berlin': hours('2026-03-28T23:10:00Z', 10),
  'hourly, as summer time ends in Berlin': hours('2026-10-24T23:10:00Z', 10),
  'daily, in Sao Paulo, where a day had no midnight': {
    head: 'timezone: America/Sao_Paulo\nschedule: daily',
    starts: {
      '2018-11-04T02:30:00Z': '2018-11-03T03:00:00Z',
      '2018-11-04T03:10:00Z': '2018-11-04T03:00:00Z',
      '2018-11-05T01:30:00Z': '2018-11-04T03:00:00Z',
      '2018-11-05T02:10:00Z': '2018-11-05T02:00:00Z',
    },
  },
  'daily, in Berlin, on the days of 23 and 25 hours': {
    head: 'timezone: Europe/Berlin\nschedule: daily',
    starts: {
      '2026-03-28T23:05:00Z': '2026-03-28T23:00:00Z',
      '2026-03-29T21:55:00Z': '2026-03-28T23:00:00Z',
      '2026-03-29T22:05:00Z': '2026-03-29T22:00:00Z',
      '2026-10-24T22:05:00Z': '2026-10-24T22:00:00Z',
      '2026-10-25T22:55:00Z': '2026-10-24T22:00:00Z',
      '2026-10-25T23:05:00Z': '2026-10-25T23:00:00Z',
    },
  },
}

/** Two starts an hour; every hour on the clock of the world is a period. */
function hours(from: string, count: number) {
  const times = Array.from({ length: count }, (_, i) => Date.parse(from) + i * (HOUR / 2))
  const starts = times.map((time) => [iso(time), iso(Math.floor(time / HOUR) * HOUR)])
  return { head: 'timezone: Europe/Berlin\nschedule: hourly', starts: Object.fromEntries(starts) }
}

let count = 0

for (const [name, { head, starts }] of Object.entries(DAYS)) {
  t.test(`each period is exported once: ${name}`, { skip: noFaketime }, async (t) => {
    const cwd = folder(t.testdir({}), head, 'select 1 as n')
    const seen = new Set<string>()
    for (const [time, period] of Object.entries(starts)) {
      const { exit, stderr } = await run(command, { cwd, env: { ...env, ...clockAt(time) } })
      t.equal(exit, 0, stderr)
      const report = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
      t.equal(report.scheduledTime, period, `a start at ${time}`)
      t.equal(report.exports[0].outcome, seen.has(period) ? 'skipped' : 'written', `a start at ${time}`)
      seen.add(period)
      count++
    }
    t.equal(readdirSync(cwd).filter((file) => file.startsWith('out-')).length, seen.size)
  })
}

for (const jump of ['+2d', '-2d', '@1970-01-02 00:00:00', '@2040-01-01 00:00:00']) {
  t.test(`the clock jumps to ${jump} while a run is at work`, { skip: noFaketime }, async (t) => {
    const root = t.testdir({ clock: '' })
    const cwd = folder(join(root, 'run'), '', `select * from www_access order by time, host -- ${jump}`)
    const clock = new JumpingClock(join(root, 'clock'))
    const before = sandbox.jobs().length
    const times = ['--scheduled-time', '2026-01-31']
    const child = start([...command, ...times], { cwd, env: { ...env, ...clock.env } })
    const ending = ended(child)
    const isAtWork = () => readdirSync(cwd).some((name) => name.endsWith('.part'))
    while (!isAtWork() && child.exitCode === null) await sleep(50)
    clock.set(jump)
    const other = await run([...command.slice(0, -3), '--quiet', ...times], {
      cwd,
      env: { ...env, ...clock.env },
    })
    t.equal(other.exit, 15, other.stderr)
    clock.set('+0')
    t.equal(child.exitCode, null, 'the first run is still at work')
    clock.set(jump)
    const { exit, stderr } = await ending
    t.equal(exit, 0, stderr)
    t.equal(
      readFileSync(join(cwd, readdirSync(cwd).find((name) => name.startsWith('out-'))!), 'utf8').split('\n')
        .length,
      2002,
    )
    t.equal(sandbox.jobs().length, before + 1)
    count++
  })
}

t.teardown(() => {
  const what = 'starts by a clock that changes for summer, and runs whose clock jumps by days and decades'
  figures(t, what, String(count), 'each period once; each run to its end, its lock kept', 'clocks.long')
})
