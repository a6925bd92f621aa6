import type { EngineProgress } from '../model/progress.js'
import type { Job } from './job-record.js'

/** A report of progress begins with its time; what belongs to it is indented below. */
const REPORT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:\n[ \t]+.*)*/gm
const PERCENT = /(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?%/g
const SPLITS = /(\d[\d,]*)\s*(?:\/|of)\s*(\d[\d,]*)\s+splits|splits:?\s*(\d[\d,]*)\s*(?:\/|of)\s*(\d[\d,]*)/gi
const STAGES = /(\d+)\s*(?:\/|of)\s*(\d+)\s+stages|stages:?\s*(\d+)\s*(?:\/|of)\s*(\d+)/gi
/** One stage a line: `Stage-3: RUNNING`, or `2.....F 1,024 …` as in the table of Presto's own command. */
const STAGE_LINE = /^\s*(?:stage[-_ ]?\d+\W+(\w+)|\d+\.*([QPSRBF])\s)/gim
const DONE = /^(?:f|finished|done|complete|completed)$/i

/**
 * What the newest report in the engine's output (`debug.cmdout` of `job/show`) says of the work done. The text has no
 * documented form, so whatever of it is not understood is left out, and without any of it there is nothing: a guess
 * would be worse. Reports of Trino and Presto jobs begin with their time; the query, which may hold anything, is in the
 * same text before them and is not looked at.
 */
export function engineProgress({ debug, query }: Pick<Job, 'debug' | 'query'>): EngineProgress | undefined {
  const output = debug?.cmdout?.replace(/\r\n?/g, '\n') ?? ''
  const own = typeof query === 'string' ? output.replace(query.replace(/\r\n?/g, '\n'), '') : output
  const report = own.match(REPORT)?.at(-1)
  if (report === undefined) return undefined
  const percent = percentOf(report)
  const stages = stagesOf(report)
  return percent === undefined && stages === undefined ? undefined : { percent, stages }
}

function percentOf(report: string): number | undefined {
  const stated = last(report, PERCENT)
  if (stated !== undefined) return Number(stated[1]) <= 100 ? Number(stated[1]) : undefined
  const splits = share(last(report, SPLITS))
  return splits && Math.floor((splits.done / splits.total) * 100)
}

function stagesOf(report: string): EngineProgress['stages'] {
  const stated = share(last(report, STAGES))
  if (stated !== undefined) return stated
  const states = [...report.matchAll(STAGE_LINE)].map(([, word, letter]) => word ?? letter!)
  return states.length === 0
    ? undefined
    : { done: states.filter((state) => DONE.test(state)).length, total: states.length }
}

function last(text: string, pattern: RegExp): RegExpMatchArray | undefined {
  return [...text.matchAll(pattern)].at(-1)
}

/** The two numbers of `a / b` or `a of b`, where they can be a part and its whole. */
function share(match: RegExpMatchArray | undefined): { done: number; total: number } | undefined {
  if (match === undefined) return undefined
  const [done, total] = match
    .slice(1)
    .filter((group) => group !== undefined)
    .map((digits) => Number(digits.replaceAll(',', '')))
  return total! > 0 && done! <= total! ? { done: done!, total: total! } : undefined
}
