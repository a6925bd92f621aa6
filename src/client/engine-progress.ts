import type { EngineProgress } from '../model/progress.js'
import type { Job } from './job-record.js'

/** A report of progress begins with its time; what belongs to it is indented below. */
const REPORT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:\n[ \t]+.*)*/gm
// Every repetition below is bounded and numbers begin where no digit is before them: the text is the server's, and a
// pattern that tries each digit of a long run as a beginning takes minutes for one reply.
const PERCENT = /(?<![\d.])(\d{1,3}(?:\.\d{1,20})?)\s?%/g
const SPLITS =
  /(?<![\d,])(\d[\d,]{0,20})\s{0,9}(?:\/|of)\s{0,9}(\d[\d,]{0,20})\s{1,9}splits|splits:?\s{0,9}(\d[\d,]{0,20})\s{0,9}(?:\/|of)\s{0,9}(\d[\d,]{0,20})/gi
const STAGES =
  /(?<!\d)(\d{1,9})\s{0,9}(?:\/|of)\s{0,9}(\d{1,9})\s{1,9}stages|stages:?\s{0,9}(\d{1,9})\s{0,9}(?:\/|of)\s{0,9}(\d{1,9})/gi
/** One stage a line: `Stage-3: RUNNING`, or `2.....F 1,024 …` as in the table of Presto's own command. */
const STAGE_LINE = /^[ \t]{0,80}(?:stage[-_ ]?\d{1,9}[^\w\n]{1,80}(\w{1,40})|\d{1,9}\.{0,80}([QPSRBF])\s)/gim
/** How much of the output is looked at, from its end, in characters: a report has a few lines, an output any number. */
const LOOKED_AT = 64 * 1024
/** How much of the query finds it in the output; a longer text could be slow to search for. */
const QUERY_HEAD = 64
const DONE = /^(?:f|finished|done|complete|completed)$/i

/**
 * Progress from the newest report in the engine's output (`debug.cmdout` of `job/show`). The text has no
 * documented form, so whatever of it is not understood is left out, and without any of it there is nothing: a guess
 * would be worse. Reports of Trino and Presto jobs begin with their time; the query, which may hold anything, is in the
 * same text before them and is not looked at.
 */
export function engineProgress({ debug, query }: Pick<Job, 'debug' | 'query'>): EngineProgress | undefined {
  const output = debug?.cmdout?.replace(/\r\n?/g, '\n') ?? ''
  const begin = typeof query === 'string' ? endOfEcho(output, query.replace(/\r\n?/g, '\n')) : 0
  const report = lastLines(output, begin).match(REPORT)?.at(-1)
  if (report === undefined) return undefined
  const percent = percentOf(report)
  const stages = stagesOf(report)
  return percent === undefined && stages === undefined ? undefined : { percent, stages }
}

/** The end of the output from `begin` on, in whole lines. */
function lastLines(output: string, begin: number): string {
  const cut = output.length - LOOKED_AT
  return output.slice(cut <= begin ? begin : output.indexOf('\n', cut))
}

/** Where the output goes on behind the query that it repeats; 0 where it repeats none. */
function endOfEcho(output: string, query: string): number {
  const at = output.indexOf(query.slice(0, QUERY_HEAD))
  return at >= 0 && output.startsWith(query, at) ? at + query.length : 0
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
