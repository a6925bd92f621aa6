import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'

/** What one run of a contender used, its start-up included. */
export interface Usage {
  readonly wallMs: number
  readonly cpuMs: number
  readonly peakMiB: number
}

/** Runs a script of `contenders/` in a process of its own. It writes `output` anew and reports on stdout at its end. */
export function runContender(script: string, output: string, args: readonly string[]): Usage {
  rmSync(output, { force: true })
  // What the run before left to be written to the disk must not be waited for by this one.
  spawnSync('sync')
  const path = new URL(`contenders/${script}`, import.meta.url).pathname
  const child = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', maxBuffer: 1024 * 1024 })
  if (child.status !== 0) throw new Error(`${script} failed: ${child.stderr}`)
  return JSON.parse(child.stdout)
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
