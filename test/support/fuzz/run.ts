import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { inMinutes } from '../figures/figures.js'
import { ended, nodeCommand, start } from '../files/child.js'
import type { Layer } from './case.js'
import type { FuzzReport, FuzzTask } from './child.js'

/** To ask for the processor time takes a third of a millisecond, so a child asks once in so many cases. */
const BATCH = 10
/** No {@link BATCH} cases may need more processor time, or a process more memory at any time. */
const MOST_MS = 4000
const MOST_MIB = 256
/** Without a new case for so long after one the child hangs: more than a case may take, as the machine may be busy. */
const HANG_MS = 60_000
const WORKERS = 2

/** What must be told about all layers together. */
export interface Fuzzed {
  readonly cases: number
  readonly busiestMs: number
  readonly peakMib: number
}

/**
 * Runs `cases` fuzzed results in child processes and asserts what must hold for every one of them. Ends early, with
 * fewer cases, after `withinMs`.
 */
export async function fuzz(t: Test, layer: Layer, cases: number, withinMs?: number): Promise<Fuzzed> {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.comment(`SEED=${seed}`)
  const samples = join(t.testdir({}), 'samples')
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
    return watched(t, task)
  })
  const ended = (await Promise.all(children)).filter((child) => child !== undefined)
  if (ended.length < WORKERS) return { cases: 0, busiestMs: 0, peakMib: 0 }
  const begun = ended.reduce((sum, child) => sum + child.begun, 0)
  const reports = ended.map(({ report }) => report)
  const outcomes: Record<string, number> = {}
  for (const report of reports)
    for (const [code, count] of Object.entries(report.outcomes))
      outcomes[code] = (outcomes[code] ?? 0) + count
  const busiestMs = Math.max(...reports.map((report) => report.busiestMs))
  const peakMib = Math.max(...reports.map((report) => report.peakMib))
  const slowest = reports.map((report) => `case ${report.slowest} ${report.slowestMs.toFixed(0)} ms`)
  t.comment(
    `${layer}, ${begun} of ${cases} cases in ${inMinutes(performance.now() - begin)}`,
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
  if (layer !== 'http') judgeWithPython(t, samples)
  return { cases: begun, busiestMs, peakMib }
}

/** Runs a child to its end, or until it hangs. */
async function watched(t: Test, task: FuzzTask): Promise<{ begun: number; report: FuzzReport } | undefined> {
  const [node, ...args] = nodeCommand('../fuzz/child.ts', JSON.stringify(task))
  // Each case has memory outside of the heap that is soon collected, for which threads of their own do not pay.
  const child = start([node!, '--single-threaded-gc', ...args])
  let begun = 0
  let timer = setTimeout(() => {}, 0)
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS)
  }
  child.stdout!.on('data', (dots) => {
    begun += dots.length
    watch()
  })
  const { exit, stderr } = await ended(child)
  clearTimeout(timer)
  const [first, step] = task.worker
  t.equal(exit, 0, `ended by itself; the last case begun was ${first + step * (begun - 1)}`)
  if (exit !== 0) return void t.comment(stderr)
  return { begun, report: JSON.parse(stderr.trim().split('\n').at(-1)!) }
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
