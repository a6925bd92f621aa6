import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Ended, ended, patternOf, printed, run, start, type WriterTask, writerCommand } from './child.js'

/** What lies at the final path after a run was killed: C2 allows these three and nothing else. */
export type Final = 'absent' | 'old' | 'complete' | 'DAMAGED'

export interface KilledRun {
  readonly task: WriterTask
  /** Whether an old file was there. */
  readonly replaces: boolean
}

/** A fresh folder for one run, with an old file or without. */
export function prepareRun(dir: string, replaces: boolean, task: Omit<WriterTask, 'destination'>): KilledRun {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const destination = join(dir, 'out.bin')
  if (replaces) writeFileSync(destination, 'old')
  return { task: { ...task, destination }, replaces }
}

export function finalOf({ task, replaces }: KilledRun): Final {
  let bytes: Buffer
  try {
    bytes = readFileSync(task.destination)
  } catch {
    return replaces ? 'DAMAGED' : 'absent'
  }
  if (bytes.equals(patternOf(task))) return 'complete'
  return replaces && bytes.equals(Buffer.from('old')) ? 'old' : 'DAMAGED'
}

/** Kills a writer with SIGKILL `after` milliseconds from its opening of the output. */
export async function killAfter({ task }: KilledRun, after: number): Promise<Ended> {
  const child = start(writerCommand(task))
  const ending = ended(child)
  await printed(child, 'opened')
  await delay(after)
  child.kill('SIGKILL')
  return ending
}

export interface Rerun {
  readonly exit: Ended['exit']
  readonly final: Final
  /** What lies beside the final file. */
  readonly leftovers: readonly string[]
}

/** What running again must come to, whatever the killed run left. */
export const SUCCESS: Rerun = { exit: 0, final: 'complete', leftovers: [] }

/** Does the same again, unhindered. */
export async function rerun(killed: KilledRun): Promise<Rerun> {
  const { exit } = await run(writerCommand({ ...killed.task, pauseMs: 0 }))
  const names = readdirSync(join(killed.task.destination, '..'))
  return { exit, final: finalOf(killed), leftovers: names.filter((name) => name !== 'out.bin') }
}
