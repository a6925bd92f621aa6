import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { ended, nodeCommand, start } from '../files/child.js'
import type { Layer } from './case.js'
import type { FuzzReport, FuzzTask } from './child.js'

/** No case may need more processor time, or the process more memory at any time. */
const MOST_MS = 2000
const MOST_MIB = 256
/** Without a new case for so long the child hangs. More than a case may take, because the machine may be busy. */
const HANG_MS = 60_000

/** Runs `cases` fuzzed results in a child process and asserts what must hold for every one of them. */
export async function fuzz(t: Test, layer: Layer, cases: number): Promise<void> {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.comment(`SEED=${seed}`)
  const samples = join(t.testdir({}), 'samples')
  const task: FuzzTask = { layer, cases, seed, samples }
  const child = start(nodeCommand('../fuzz/child.ts', JSON.stringify(task)))
  let begun = 0
  let timer = setTimeout(() => {}, 0)
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS)
  }
  watch()
  child.stdout!.on('data', (dots) => {
    begun += dots.length
    watch()
  })
  const { exit, stderr } = await ended(child)
  clearTimeout(timer)
  t.equal(exit, 0, `ended by itself; the last case begun was ${begun - 1}`)
  if (exit !== 0) return void t.comment(stderr)
  const report: FuzzReport = JSON.parse(stderr.trim().split('\n').at(-1)!)
  t.comment(`${layer}, ${begun} cases`, report)
  t.equal(begun, cases)
  t.strictSame(report.wrong, [])
  t.ok(report.busiestMs <= MOST_MS, `${report.busiestMs} ms`)
  t.ok(report.peakMib <= MOST_MIB, `${report.peakMib} MiB`)
  t.ok((report.outcomes.success ?? 0) > 0, 'some succeed')
  if (layer !== 'http') judgeWithPython(t, samples)
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
