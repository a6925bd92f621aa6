import { appendFileSync } from 'node:fs'
import type { Test } from 'tap'

/**
 * Tells what a long suite has measured: as a comment of its test, and as a row of the table "Measured" in
 * docs/reliability.md. `npm run test:long` names a file by FIGURES and prints its rows at the end of the suite.
 */
export function figures(t: Test, what: string, howOften: string, result: string, shownBy: string): void {
  const row = `| ${what} | ${howOften} | ${result} | \`${shownBy}\` |`
  t.comment(row)
  if (process.env.FIGURES !== undefined) appendFileSync(process.env.FIGURES, `${row}\n`)
}

/**
 * The time, as of `performance.now()`, at which a suite of random cases begins no new one. `MINUTES` sets how long that
 * is from now: a slow machine does fewer cases, and the figures say how many.
 */
export function deadlineOf(minutes: number): number {
  return performance.now() + 60_000 * Number(process.env.MINUTES ?? minutes)
}

/** Milliseconds as minutes, for figures. */
export function inMinutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} minutes`
}
