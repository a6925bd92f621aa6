// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js'
import { CLI_ARGS } from '../cli/run.js'
import { ended, run, start } from '../files/child.js'
import { isBeingWritten } from '../files/parts.js'
import { clockAt, JumpingClock } from './clock.js'

/** Starts of one manifest: when they are, and the time at which the period began that each stands for. */
export interface Starts {
  /** Lines of the manifest: its time zone and schedule. */
  readonly head: string
  readonly starts: Readonly<Record<string, string>>
}

const HOUR = 3_600_000
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

/** Two starts an hour in Berlin; every hour on the clock of the world is a period. */
function hours(from: string): Starts {
  const times = Array.from({ length: 10 }, (_, i) => Date.parse(from) + i * (HOUR / 2))
  const starts = times.map((time) => [iso(time), iso(Math.floor(time / HOUR) * HOUR)])
  return { head: 'timezone: Europe/Berlin\nschedule: hourly', starts: Object.fromEntries(starts) }
}

export const SAO_PAULO: Starts = {
  head: 'timezone: America/Sao_Paulo\nschedule: daily',
  starts: {
    '2018-11-04T02:30:00Z': '2018-11-03T03:00:00Z',
    '2018-11-04T03:10:00Z': '2018-11-04T03:00:00Z',
    '2018-11-05T01:30:00Z': '2018-11-04T03:00:00Z',
    '2018-11-05T02:10:00Z': '2018-11-05T02:00:00Z',
  },
}

export const CHANGES: Readonly<Record<string, Starts>> = {
  'hourly, as summer time begins in Berlin': hours('2026-03-28T23:10:00Z'),
  'hourly, as summer time ends in Berlin': hours('2026-10-24T23:10:00Z'),
  'daily, in Sao Paulo, where a day had no midnight': SAO_PAULO,
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

const ROWS = 2000

/** A server for starts by other clocks than its own; slow enough for a clock to jump meanwhile. */
export async function slowSandbox(t: Test): Promise<Sandbox> {
  const options = { rows: ROWS, nasdaqRows: 100, preload: true, bytesPerSecond: 4000 }
  const sandbox = await startSandbox(options)
  t.teardown(() => sandbox.close())
  return sandbox
}

const environment = ({ url }: Sandbox) => ({
  PATH: process.env.PATH!,
  TD_API_SERVER: url,
  TD_API_KEY: 'k'.repeat(8),
})

const COMMAND = [process.execPath, ...CLI_ARGS, 'run', 'exports.yaml', '--quiet']

function folder(path: string, head: string, query: string): string {
  mkdirSync(path, { recursive: true })
  const output = 'out-${scheduled_time | %Y%m%dT%H%M%z}.csv'
  const exported = `exports: [{ name: one, query: "${query}", output: "${output}" }]`
  writeFileSync(
    join(path, 'exports.yaml'),
    `version: 1\n${head}\ndefaults: { database: sample_datasets }\n${exported}\n`,
  )
  return path
}

const outputsIn = (cwd: string) => readdirSync(cwd).filter((name) => name.startsWith('out-'))

/** Starts a manifest by the clock: each period must be exported once. Returns how many starts that were. */
export async function startAtChange(t: Test, sandbox: Sandbox, { head, starts }: Starts): Promise<number> {
  const cwd = folder(t.testdir({}), head, 'select 1 as n')
  const seen = new Set<string>()
  for (const [time, period] of Object.entries(starts)) {
    const env = { ...environment(sandbox), ...clockAt(time) }
    const { exit, stderr } = await run([...COMMAND, '--report', 'report.json'], { cwd, env })
    t.equal(exit, 0, exit === 0 ? 'success' : stderr)
    const report = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
    t.equal(Date.parse(report.scheduledTime), Date.parse(period), `a start at ${time}`)
    t.equal(report.exports[0].outcome, seen.has(period) ? 'skipped' : 'written', `a start at ${time}`)
    seen.add(period)
  }
  t.equal(outputsIn(cwd).length, seen.size)
  return Object.keys(starts).length
}

/** Sets the clock while a run is at work: the run keeps its lock and ends with all rows. */
export async function jumpWhileAtWork(t: Test, sandbox: Sandbox, jump: string): Promise<void> {
  const root = t.testdir({ clock: '' })
  const cwd = folder(join(root, 'run'), '', `select * from www_access order by time, host -- ${jump}`)
  const clock = new JumpingClock(join(root, 'clock'))
  const env = { ...environment(sandbox), ...clock.env }
  const before = sandbox.jobs().length
  const command = [...COMMAND, '--scheduled-time', '2026-01-31']
  const child = start(command, { cwd, env })
  const ending = ended(child)
  while (!isBeingWritten(cwd) && child.exitCode === null) await sleep(50)
  clock.set(jump)
  const other = await run(command, { cwd, env })
  t.equal(other.exit, 15, `the lock is held: ${other.stderr}`)
  t.equal(child.exitCode, null, 'the first run is still at work')
  const { exit, stderr } = await ending
  t.equal(exit, 0, exit === 0 ? 'success' : stderr)
  const [output] = outputsIn(cwd)
  t.equal(readFileSync(join(cwd, output!), 'utf8').split('\n').length, ROWS + 2)
  t.equal(sandbox.jobs().length, before + 1)
}
