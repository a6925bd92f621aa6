import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { inMinutes } from '../figures/figures.js'
import { watched } from '../process/watched.js'
import { seedOf } from '../random/seed.js'
import type { Layer } from './case.js'
import type { FuzzReport, FuzzTask } from './child.js'

const BATCH = 10
/** No {@link BATCH} cases may need more processor time, or a process more memory at any time. */
const MOST_MS = 4000
const MOST_MIB = 256
const WORKERS = 2
/** Of a long run another oracle sees about so many cases, of a short one a tenth of those that it can judge. */
const SAMPLES = 20_000

/** What must be told about all layers together. */
export interface Fuzzed {
  readonly cases: number
  readonly cpuMs: number
  readonly busiestMs: number
  readonly peakMib: number
}

/**
 * Runs `cases` fuzzed results in child processes and asserts what must hold for every one of them. Ends early, with
 * fewer cases, after `withinMs`.
 */
export async function fuzz(t: Test, layer: Layer, cases: number, withinMs?: number): Promise<Fuzzed> {
  const seed = seedOf(t)
  const samples = { path: join(t.testdir({}), 'samples'), oneIn: Math.max(10, Math.ceil(cases / SAMPLES)) }
  const begin = performance.now()
  const children = Array.from({ length: WORKERS }, (_, i) => {
    const task: FuzzTask = {
      layer,
      cases,
      seed,
      worker: [i, WORKERS],
      batch: BATCH,
      samples,
      ...(withinMs && { withinMs }),
    }
    const caseOf = (batch: number) => i + WORKERS * BATCH * batch
    return watched<FuzzReport>(
      t,
      '../fuzz/child.ts',
      task,
      (begun) => `one of the cases ${caseOf(begun - 1)} to ${caseOf(begun) - 1}`,
    )
  })
  const reports = (await Promise.all(children)).filter((report) => report !== undefined)
  if (reports.length < WORKERS) return { cases: 0, cpuMs: 0, busiestMs: 0, peakMib: 0 }
  const sum = (key: 'cases' | 'cpuMs') => reports.reduce((total, report) => total + report[key], 0)
  const [begun, cpuMs] = [sum('cases'), sum('cpuMs')]
  const outcomes: Record<string, number> = {}
  for (const report of reports)
    for (const [code, count] of Object.entries(report.outcomes))
      outcomes[code] = (outcomes[code] ?? 0) + count
  const busiestMs = Math.max(...reports.map((report) => report.busiestMs))
  const peakMib = Math.max(...reports.map((report) => report.peakMib))
  const slowest = reports.map((report) => `case ${report.slowest} ${report.slowestMs.toFixed(0)} ms`)
  t.comment(
    `${layer}, ${begun} of ${cases} cases in ${inMinutes(performance.now() - begin)}, ${(cpuMs / begun).toFixed(2)} ms of processor time each`,
    outcomes,
    slowest,
  )
  if (withinMs === undefined) t.equal(begun, cases)
  t.strictSame(
    reports.flatMap((report) => report.wrong),
    [],
  )
  t.ok(busiestMs <= MOST_MS, `${busiestMs} ms of processor time for ${BATCH} cases`)
  t.ok(peakMib <= MOST_MIB, `${peakMib} MiB`)
  t.ok((outcomes.success ?? 0) > 0, 'some succeed')
  if (layer !== 'http') judgeWithPython(t, samples.path)
  return { cases: begun, cpuMs, busiestMs, peakMib }
}

const JUDGE = fileURLToPath(new URL('../../reference/judge.py', import.meta.url))

/** Has an oracle in another language go over a sample of the cases. */
function judgeWithPython(t: Test, samples: string): void {
  if (!existsSync(samples)) return
  const { error, stdout, stderr } = spawnSync('python3', [JUDGE], {
    input: readFileSync(samples),
    encoding: 'utf8',
  })
  if (error) return void t.comment('python3 is not there, or cannot run')
  const count = readFileSync(samples, 'utf8').trim().split('\n').length
  t.equal(stdout + stderr, `${count}\n`, `Python agrees on ${count} cases`)
}
