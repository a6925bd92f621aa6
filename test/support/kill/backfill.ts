// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Random } from '../../../bench/random.js'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js'
import { type CliResult, ended, startCli } from '../cli/run.js'

/** Exports of the manifest at each scheduled time. */
const NAMES = ['a', 'b', 'c', 'd']

export interface KilledBackfills {
  kills: number
  /** Starts that had ended before they could be killed. */
  late: number
  /** Backfills, each of which was run to its end in the end. */
  rounds: number
  jobs: number
  outputs: number
}

/**
 * Kills backfills of the first `days` of a month, of four exports each, with SIGKILL `kills` times at random moments. Each is
 * killed about `each` times and then run to its end: then every output must hold what it should, with one job
 * each, and nothing else may lie there. Begins no other after `deadline`.
 */
export async function killBackfills(
  t: Test,
  { days, kills, each }: { readonly days: number; readonly kills: number; readonly each: number },
  random: Random,
  deadline = Number.POSITIVE_INFINITY,
): Promise<KilledBackfills> {
  const sandbox = await startSandbox({ rows: 10, latency: 40, preload: true })
  t.teardown(() => sandbox.close())
  const root = t.testdir({})
  const tally: KilledBackfills = { kills: 0, late: 0, rounds: 0, jobs: 0, outputs: 0 }
  const reference = new Backfill(root, sandbox, days, 0)
  const begin = performance.now()
  await reference.toItsEnd(t)
  const usualMs = performance.now() - begin
  while (tally.kills < kills && performance.now() < deadline) {
    const backfill = new Backfill(root, sandbox, days, ++tally.rounds)
    for (let i = 0; i < each && tally.kills < kills; i++) {
      // Early ones find much to do yet, and each leaves a part of it done.
      if (await backfill.killed(random.below(Math.ceil(usualMs)))) tally.kills++
      else tally.late++
    }
    await backfill.toItsEnd(t)
    tally.jobs += backfill.jobs
    tally.outputs += backfill.check(t)
  }
  t.comment(`a backfill of ${usualMs.toFixed(0)} ms`, tally)
  return tally
}

class Backfill {
  readonly #folder: string
  readonly #sandbox: Sandbox
  readonly #days: number
  readonly #round: number
  readonly #jobsBefore: number

  /** Another `round` has other queries, and so jobs of its own. */
  constructor(root: string, sandbox: Sandbox, days: number, round: number) {
    this.#folder = join(root, String(round))
    this.#sandbox = sandbox
    this.#days = days
    this.#round = round
    this.#jobsBefore = sandbox.jobs().length
    const exports = NAMES.map(
      (name) =>
        `  - { name: ${name}, query: "select '${name} \${date} ${round}' as t", output: 'out/\${date}/${name}.csv' }\n`,
    )
    mkdirSync(this.#folder)
    writeFileSync(
      join(this.#folder, 'exports.yaml'),
      `version: 1\ndefaults: { database: sample_datasets }\nexports:\n${exports.join('')}`,
    )
  }

  get jobs(): number {
    return this.#sandbox.jobs().length - this.#jobsBefore
  }

  /** Whether it was still at work when it was killed. */
  async killed(afterMs: number): Promise<boolean> {
    const child = this.#start()
    const end = ended(child)
    await sleep(afterMs)
    child.kill('SIGKILL')
    return (await end).exit === 'SIGKILL'
  }

  async toItsEnd(t: Test): Promise<void> {
    const { exit, stderr }: CliResult = await ended(this.#start())
    if (exit !== 0) t.fail(`the last start of round ${this.#round}: ${stderr}`)
  }

  /** The number of its outputs. */
  check(t: Test): number {
    const wanted = Array.from({ length: this.#days }, (_, i) => `2026-01-${String(i + 1).padStart(2, '0')}`)
    t.equal(this.jobs, wanted.length * NAMES.length, `round ${this.#round} has one job for each output`)
    const texts = wanted.flatMap((day) => NAMES.map((name) => `t\n${name} ${day} ${this.#round}\n`))
    const files = wanted.flatMap((day) => NAMES.map((name) => join(this.#folder, 'out', day, `${name}.csv`)))
    t.strictSame(
      files.map((file) => readFileSync(file, 'utf8')),
      texts,
      `the outputs of round ${this.#round}`,
    )
    const found = readdirSync(this.#folder, { recursive: true, withFileTypes: true })
    t.equal(found.filter((entry) => entry.isFile()).length, files.length + 2, 'manifest, state and outputs')
    rmSync(this.#folder, { recursive: true })
    return files.length
  }

  #start() {
    const env = { TD_API_SERVER: this.#sandbox.url, TD_API_KEY: 'k'.repeat(8) }
    const to = `2026-01-${String(this.#days).padStart(2, '0')}`
    const range = ['--from', '2026-01-01', '--to', to, '--parallel', '4']
    return startCli(['run', 'exports.yaml', ...range, '--quiet'], { env, cwd: this.#folder })
  }
}
