import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Resources that one run of a contender used, its start-up included. */
export interface Usage {
  readonly wallMs: number
  readonly cpuMs: number
  /** Of `cpuMs`, what the main thread took. */
  readonly mainMs: number
  readonly peakMiB: number
}

export interface Contender {
  readonly name: string
  /** The file in `contenders/`. */
  readonly script: string
  /** Runs this often at most; slow ones once. */
  readonly mostRuns?: number
  /** The processors that it may use, as taskset names them: `0,1`. All of them without it. */
  readonly processors?: string
}

/** Runs a script of `contenders/` in a process of its own. It writes `output` anew and reports on stdout at its end. */
function runContender({ script, processors }: Contender, output: string, args: readonly string[]): Usage {
  rmSync(output, { force: true })
  // This run must not wait for writes of the previous one to reach the disk.
  spawnSync('sync')
  const path = new URL(`contenders/${script}`, import.meta.url).pathname
  const [command, ...rest] = [
    ...(processors === undefined ? [] : ['taskset', '-c', processors]),
    process.execPath,
    path,
    ...args,
  ]
  const child = spawnSync(command!, rest, { encoding: 'utf8', maxBuffer: 1024 * 1024 })
  if (child.status !== 0) throw new Error(`${script} failed: ${child.stderr}`)
  return JSON.parse(child.stdout)
}

/**
 * Runs the contenders in turn, so that a slow minute of the machine falls on all of them. `argumentsOf` gives the
 * arguments of a script, of which the second is the file it writes.
 */
export function runInTurn<C extends Contender>(
  contenders: readonly C[],
  runs: number,
  argumentsOf: (contender: C) => readonly [input: string, output: string, ...more: string[]],
): Map<C, Usage[]> {
  const usages = new Map(contenders.map((contender) => [contender, [] as Usage[]]))
  for (let run = 0; run < runs; run++) {
    for (const contender of contenders) {
      if (run >= (contender.mostRuns ?? runs)) continue
      const args = argumentsOf(contender)
      usages.get(contender)!.push(runContender(contender, args[1], args))
    }
  }
  return usages
}

/** The figures of some runs: medians of the times, the greatest of the memory. */
export function figuresOf(usages: readonly Usage[]): Usage {
  return {
    wallMs: median(usages.map((usage) => usage.wallMs)),
    cpuMs: median(usages.map((usage) => usage.cpuMs)),
    mainMs: median(usages.map((usage) => usage.mainMs)),
    peakMiB: Math.max(...usages.map((usage) => usage.peakMiB)),
  }
}

/** Says what was measured where, then calls `measure` with a folder that is removed after it. */
export async function inFolder(runs: number, measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'td-sluice-bench-'))
  try {
    console.log(
      `${machine()}\nMedians of ${runs} runs taken in turn; every figure includes the start of the process.\n`,
    )
    await measure(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The version of Node, the processors and the day. */
export function machine(): string {
  return `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}`
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
