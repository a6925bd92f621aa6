import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Random } from '../../../bench/random.js'
import { startSandbox } from '../../../src/sandbox/index.js'
import { ended, start } from '../files/child.js'

const COMMAND = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

const MANIFEST = `version: 1
concurrency: 2
defaults: { database: sample_datasets }
exports:
  - name: access
    query: select * from www_access order by time, host
    output: access.csv
  - name: stocks
    query: select * from nasdaq order by symbol, time limit 3000
    output: stocks/by-symbol.ndjson
  - name: days
    query: select code, method, path from www_access order by time, host
    output: days
    format: csv
    partition_by: [code, method]
`

/** The exports of {@link MANIFEST}. */
const EXPORTS = 3

/** What was seen when runs were killed. */
export interface KilledRuns {
  kills: number
  /** Runs that had ended before they could be killed. */
  late: number
  /** Scheduled times, each of which was run to its end in the end. */
  rounds: number
  /** How many starts a round took at the most. */
  mostStarts: number
  jobs: number
  damaged: number
}

/**
 * Kills `td-sluice run` with SIGKILL `kills` times, each at a random moment from its start to its end. After a kill it
 * is started again, to be killed again or to run to its end: then every output must be complete, there must
 * be one job for each export, and nothing else may lie there.
 */
export async function killRuns(t: Test, kills: number, random: Random): Promise<KilledRuns> {
  const sandbox = await startSandbox({ rows: 5000, nasdaqRows: 4000, bytesPerSecond: 500_000, preload: true })
  t.teardown(() => sandbox.close())
  const root = t.testdir({})
  const env = { PATH: process.env.PATH, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k'.repeat(8) }
  const run = (dir: string, round: number): ChildProcess => {
    const args = ['run', 'exports.yaml', '--scheduled-time', String(1_700_000_000 + round), '--quiet']
    return start([process.execPath, COMMAND, ...args], { env, cwd: dir })
  }
  const folder = (round: number) => {
    const dir = join(root, String(round))
    mkdirSync(dir)
    writeFileSync(join(dir, 'exports.yaml'), MANIFEST)
    return dir
  }
  const reference = folder(0)
  const begin = performance.now()
  t.equal((await ended(run(reference, 0))).exit, 0)
  const usualMs = performance.now() - begin
  const expected = contents(reference)
  const tally: KilledRuns = { kills: 0, late: 0, rounds: 0, mostStarts: 0, jobs: 0, damaged: 0 }
  while (tally.kills < kills) {
    const round = ++tally.rounds
    const dir = folder(round)
    const before = sandbox.jobs().length
    let starts = 0
    do {
      starts++
      const child = run(dir, round)
      const end = ended(child)
      // A start that finds work done is shorter.
      await sleep(random.below(Math.ceil(usualMs * 0.7)))
      child.kill('SIGKILL')
      if ((await end).exit === 'SIGKILL') tally.kills++
      else tally.late++
    } while (random.oneIn(2) && tally.kills < kills)
    const { exit, stderr } = await ended(run(dir, round))
    if (exit !== 0) t.fail(`the last start of round ${round}: ${stderr}`)
    tally.mostStarts = Math.max(tally.mostStarts, starts + 1)
    const jobs = sandbox.jobs().length - before
    tally.jobs += jobs
    t.equal(jobs, EXPORTS, `round ${round} has one job for each export`)
    if (JSON.stringify(contents(dir)) !== JSON.stringify(expected)) {
      tally.damaged++
      t.same(Object.keys(contents(dir)), Object.keys(expected), `the files of round ${round}`)
    }
    rmSync(dir, { recursive: true })
  }
  t.comment(`runs of ${usualMs.toFixed(0)} ms`, tally)
  return tally
}

/** All files below a folder with what they hold; of the state only that it is there. */
function contents(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(dir, name)).isFile())
  return Object.fromEntries(
    files.map((name) => [name, name.endsWith('.state.json') ? '' : readFileSync(join(dir, name), 'utf8')]),
  )
}
