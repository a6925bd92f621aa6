import { writeSync } from 'node:fs'
import type { Test } from 'tap'
import { ended, nodeCommand, start } from '../files/child.js'

/** Without a new dot for so long a process hangs: more than what it stands for may take, as the machine may be busy. */
const HANG_MS = 60_000

/**
 * Runs a module in a process of its own, with its task in JSON, to its end or until it hangs, and returns its report. By
 * {@link dot} the module tells that something begins, and {@link report} is the last that it does.
 *
 * @param script relative to `test/support/files`
 * @param begunLast says in words what the last of so many dots stands for
 */
export async function watched<Report>(
  t: Test,
  script: string,
  task: unknown,
  begunLast: (begun: number) => string,
): Promise<Report | undefined> {
  const [node, ...args] = nodeCommand(script, JSON.stringify(task))
  // Cases have memory outside of the heap that is soon collected, for which threads of their own do not pay.
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
  t.equal(exit, 0, `ended by itself; the last begun was ${begunLast(begun)}`)
  if (exit !== 0) return void t.comment(stderr)
  return JSON.parse(stderr.trim().split('\n').at(-1)!)
}

/** Tells the parent that something begins. */
export function dot(): void {
  writeSync(1, '.')
}

/** Tells the parent what was found. */
export function report(found: unknown): void {
  writeSync(2, `${JSON.stringify(found)}\n`)
}
