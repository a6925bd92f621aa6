import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import { Random } from '../../../bench/random.js'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js'
import { ended, start } from '../files/child.js'
import { filesBelow, isList } from './command.js'

const COMMAND = fileURLToPath(new URL('../../../dist/cli/start.cjs', import.meta.url))

/** Three exports: one with a spool, one in partitions. */
export const MANIFEST = `version: 1
concurrency: 2
defaults: { database: sample_datasets }
exports:
  - name: access
    query: select * from www_access order by time, host
    output: access.csv
    spool: spool
  - name: stocks
    query: select * from nasdaq order by symbol, time limit 800
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

/** Runs under way at the same time, in folders of their own: a run waits most of its time. */
const LANES = 4
/** Kills of a round, on average. */
const KILLS_IN_A_ROW = 4

/**
 * Kills `td-sluice run` with SIGKILL `kills` times, each at a random moment from its start to its end. After a kill it
 * is started again, to be killed again or to run to its end: then every output must be complete, there must
 * be one job for each export, and nothing else may lie there. Begins no other after `deadline`.
 */
export async function killRuns(
  t: Test,
  kills: number,
  random: Random,
  deadline = Number.POSITIVE_INFINITY,
): Promise<KilledRuns> {
  const sandbox = await startSandbox({ rows: 1000, nasdaqRows: 1000, bytesPerSecond: 200_000, preload: true })
  t.teardown(() => sandbox.close())
  const root = t.testdir({})
  const runs = new Rounds(root, sandbox)
  const reference = runs.folder(0)
  const usualMs = await runs.toItsEnd(t, reference, 0)
  const expected = contents(reference)
  const tally: KilledRuns = { kills: 0, late: 0, rounds: 0, mostStarts: 0, jobs: 0, damaged: 0 }
  const lane = async (random: Random) => {
    let lastMs = usualMs
    while (tally.kills < kills && performance.now() < deadline) {
      const round = ++tally.rounds
      const dir = runs.folder(round)
      let starts = 0
      do {
        starts++
        // A start that finds work done is shorter.
        const killed = await runs.killed(t, dir, round, random.below(Math.ceil(lastMs * 0.9)))
        if (killed) tally.kills++
        else tally.late++
      } while (!random.oneIn(KILLS_IN_A_ROW) && tally.kills < kills)
      lastMs = Math.max(usualMs / 2, await runs.toItsEnd(t, dir, round))
      tally.mostStarts = Math.max(tally.mostStarts, starts + 1)
      const jobs = runs.jobsOf(round)
      tally.jobs += jobs
      t.equal(jobs, EXPORTS, `round ${round} has one job for each export`)
      const found = contents(dir)
      if (!isDeepStrictEqual(found, expected)) {
        tally.damaged++
        t.same([...found.keys()], [...expected.keys()], `the files of round ${round}`)
      }
      rmSync(dir, { recursive: true })
    }
  }
  await Promise.all(Array.from({ length: LANES }, () => lane(new Random(random.below(2 ** 31)))))
  t.comment(`runs of ${usualMs.toFixed(0)} ms`, tally)
  return tally
}

/** The same manifest for one scheduled time after another, each in its folder. */
class Rounds {
  readonly #root: string
  readonly #sandbox: Sandbox

  constructor(root: string, sandbox: Sandbox) {
    this.#root = root
    this.#sandbox = sandbox
  }

  folder(round: number): string {
    const dir = join(this.#root, String(round))
    mkdirSync(dir)
    writeFileSync(join(dir, 'exports.yaml'), MANIFEST)
    return dir
  }

  /** Whether the run was still at work when it was killed. */
  async killed(t: Test, dir: string, round: number, afterMs: number): Promise<boolean> {
    const child = this.#run(dir, round)
    const end = ended(child)
    await sleep(afterMs)
    child.kill('SIGKILL')
    const { exit, stderr } = await end
    if (exit !== 'SIGKILL' && exit !== 0) t.fail(`a start of round ${round}: exit ${exit}, ${stderr}`)
    return exit === 'SIGKILL'
  }

  /** The milliseconds it took. */
  async toItsEnd(t: Test, dir: string, round: number): Promise<number> {
    const begin = performance.now()
    const { exit, stderr } = await ended(this.#run(dir, round))
    if (exit !== 0) t.fail(`the last start of round ${round}: ${stderr}`)
    return performance.now() - begin
  }

  /** How many jobs the starts of a round have made. */
  jobsOf(round: number): number {
    return this.#sandbox.jobs().filter((job) => job.scheduledTime === timeOf(round)).length
  }

  #run(dir: string, round: number): ChildProcess {
    const env = {
      PATH: process.env.PATH,
      // Where the command keeps its compiled code, as it does for a user: without, a start takes twice as long.
      XDG_CACHE_HOME: join(this.#root, 'cache'),
      TD_API_SERVER: this.#sandbox.url,
      TD_API_KEY: 'k'.repeat(8),
    }
    const args = ['run', 'exports.yaml', '--scheduled-time', String(timeOf(round)), '--quiet']
    return start([process.execPath, COMMAND, ...args], { env, cwd: dir })
  }
}

const timeOf = (round: number) => 1_700_000_000 + round

/** All files below a folder with what they hold; of those that tell times only that they are there. */
export function contents(dir: string): Map<string, string> {
  const tellsTimes = (name: string) => name.endsWith('.state.json') || isList(name)
  return new Map([...filesBelow(dir)].map(([name, file]) => [name, tellsTimes(name) ? '' : file.toString()]))
}
