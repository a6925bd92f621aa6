// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Random } from '../../../bench/random.js'
import { connect } from '../../../src/index.js'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js'
import { ended, startCli } from '../cli/run.js'

const KEY = 'k'.repeat(8)
const HOUR = 3600
const LAG = 600
const BEGIN = Date.parse('2026-01-01T00:00Z') / 1000

const MANIFEST = `version: 1
defaults: { database: sample_datasets }
exports:
  - name: events
    query: select id, time from events where \${watermark.from} <= time and time < \${watermark.to} order by id
    watermark: { column: time, initial: 2026-01-01, lag: ${LAG}s }
    output: out/\${scheduled_time | %s}.csv
`

/** What was seen when runs with a watermark were killed. */
export interface KilledWindows {
  kills: number
  /** Runs that had ended before they could be killed. */
  late: number
  /** Scheduled times. */
  rounds: number
  rows: number
  /** Rows that are in no output, or in two. */
  wrong: number
}

/**
 * Kills `td-sluice run` at random moments while the table grows that it exports by a watermark. After a kill it is started for the
 * same hour or for the next one. In the end each row that is old enough is in exactly one output. Begins no other after `deadline`.
 */
export async function killWindows(
  t: Test,
  kills: number,
  random: Random,
  deadline = Number.POSITIVE_INFINITY,
): Promise<KilledWindows> {
  const sandbox = await startSandbox({ apiKey: KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const table = new GrowingTable(sandbox, random)
  await table.create()
  const cwd = t.testdir({ 'exports.yaml': MANIFEST })
  mkdirSync(join(cwd, 'out'))
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY }
  const run = (round: number) =>
    startCli(['run', 'exports.yaml', '--scheduled-time', String(timeOf(round)), '--quiet'], { env, cwd })
  const toItsEnd = async (round: number) => {
    const begin = performance.now()
    const { exit, stderr } = await ended(run(round))
    if (exit !== 0) t.fail(`the run of hour ${round}: ${stderr}`)
    return performance.now() - begin
  }
  const tally: KilledWindows = { kills: 0, late: 0, rounds: 1, rows: 0, wrong: 0 }
  await table.grow(1)
  let usualMs = await toItsEnd(1)
  while (tally.kills < kills && performance.now() < deadline) {
    const round = ++tally.rounds
    await table.grow(round)
    do {
      const child = run(round)
      const begin = performance.now()
      const end = ended(child).then(({ exit }) => ({ exit, ms: performance.now() - begin }))
      // Most of the time goes by before anything is written.
      await sleep(usualMs * 0.3 + random.below(Math.ceil(usualMs * 0.8)))
      child.kill('SIGKILL')
      const { exit, ms } = await end
      if (exit === 'SIGKILL') tally.kills++
      else {
        tally.late++
        // The machine did much else at first: waiting so long again, every run would end before its kill.
        usualMs = Math.min(usualMs, ms)
      }
    } while (random.oneIn(2) && tally.kills < kills)
  }
  tally.rounds++
  await table.grow(tally.rounds)
  await toItsEnd(tally.rounds)
  const wanted = table.before(timeOf(tally.rounds) - LAG)
  const found = readdirSync(join(cwd, 'out'))
    .filter((name) => name.endsWith('.csv'))
    .flatMap((name) =>
      readFileSync(join(cwd, 'out', name), 'utf8')
        .trim()
        .split('\n')
        .slice(1),
    )
  tally.rows = found.length
  const once = new Set(found)
  tally.wrong = found.length - once.size + wanted.filter((row) => !once.has(row)).length
  t.same([...found].sort(), [...wanted].sort(), 'each row is in one output')
  t.notOk(existsSync(join(cwd, 'exports.yaml.state.json.lock')))
  const queries = sandbox
    .jobs()
    .flatMap(({ query }) => (typeof query === 'string' && query.startsWith('select id') ? [query] : []))
  t.equal(new Set(queries).size, queries.length, 'each window has one job')
  t.comment(`runs of ${usualMs.toFixed(0)} ms`, tally)
  return tally
}

const timeOf = (round: number) => BEGIN + round * HOUR

/** A table whose rows arrive up to the lag late. */
class GrowingTable {
  readonly #sandbox: Sandbox
  readonly #random: Random
  readonly #rows: (readonly [id: number, time: number])[] = []

  constructor(sandbox: Sandbox, random: Random) {
    this.#sandbox = sandbox
    this.#random = random
  }

  create(): Promise<void> {
    return this.#run('create table events (id bigint, time bigint)')
  }

  /** Adds what arrives before the run of an hour: nothing that an earlier window held. */
  async grow(round: number): Promise<void> {
    const from = round === 1 ? BEGIN : timeOf(round - 1) - LAG
    const added = Array.from({ length: 20 }, (_, i) => {
      // The ends of the windows as well.
      const edge = [from, from + 1, timeOf(round) - LAG - 1, timeOf(round) - LAG][i]
      return [this.#rows.length + i, edge ?? from + this.#random.below(HOUR + LAG)] as const
    })
    this.#rows.push(...added)
    await this.#run(`insert into events values ${added.map(([id, time]) => `(${id}, ${time})`).join(', ')}`)
  }

  /** The lines of the rows before a time. */
  before(time: number): string[] {
    return this.#rows.filter((row) => row[1] < time).map((row) => row.join(','))
  }

  async #run(query: string): Promise<void> {
    const td = connect({ endpoint: this.#sandbox.url, apiKey: KEY, database: 'sample_datasets' })
    const { jobId } = await td.jobs.issue({ query })
    const { status } = await td.jobs.wait(jobId)
    await td.close()
    if (status !== 'success') throw new Error(`${query}: ${status}`)
  }
}
