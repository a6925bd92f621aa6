import type { Test } from 'tap'
import { watched } from '../process/watched.js'
import { seedOf } from '../random/seed.js'
import type { CompareReport, CompareTask } from './child.js'

/** Valid streams of a batch, over which processor time is measured: to ask for it takes as long as a stream. */
export const BATCH = 20
const WORKERS = 2

/** What was compared in all processes. */
export interface Compared {
  readonly valid: number
  readonly damaged: number
  readonly inflated: number
  readonly refused: number
  readonly cpuMs: number
  readonly busiestMs: number
}

/**
 * Compares our inflater with zlib over random valid streams, and `damaged` ones made of each, in processes that are
 * watched for hangs. Ends early, with fewer streams, after `withinMs`.
 */
export async function compareStreams(
  t: Test,
  { valid, damaged }: { readonly valid: number; readonly damaged: number },
  withinMs: number,
): Promise<Compared> {
  const seed = seedOf(t)
  const batches = Math.ceil(valid / BATCH)
  const children = Array.from({ length: WORKERS }, (_, i) => {
    const task: CompareTask = { seed, batches, valid: BATCH, damaged, worker: [i, WORKERS], withinMs }
    return watched<CompareReport>(
      t,
      '../gzip/child.ts',
      task,
      (begun) => `batch ${i + WORKERS * (begun - 1)}`,
    )
  })
  const reports = (await Promise.all(children)).filter((report) => report !== undefined)
  t.strictSame(
    reports.flatMap(({ wrong }) => wrong),
    [],
  )
  const sum = (key: Exclude<keyof CompareReport, 'wrong'>) =>
    reports.reduce((total, report) => total + report[key], 0)
  return {
    valid: sum('valid'),
    damaged: sum('damaged'),
    inflated: sum('inflated'),
    refused: sum('refused'),
    cpuMs: sum('cpuMs'),
    busiestMs: Math.max(0, ...reports.map(({ busiestMs }) => busiestMs)),
  }
}
