import { isFinished } from '../client/job-record.js'
import { adviceFor, type ErrorCode, reworded, type SluiceError } from '../errors.js'
import type { ProgressEvent } from '../model/progress.js'
import { holdsSecret } from '../secrets/export-target.js'
import type { GivenOption } from './options/given.js'
import type { Session } from './session.js'
import { shellQuoted } from './terminal/shell.js'

/** The groups of options that `dump` lacks, and those that its user will want to choose anew. */
const LEFT_OUT: ReadonlySet<string | undefined> = new Set(['General:', 'Query:', 'Job:', 'Waiting:'])

/** The command line that writes the result of a job as the present one would have. */
export function dumpCommandLine(jobId: string, given: readonly GivenOption[]): string {
  const options = given.filter(({ option }) => !LEFT_OUT.has(option.helpGroupHeading))
  return ['td-sluice dump', jobId, ...options.flatMap(typed)].join(' ')
}

function typed({ option, value }: GivenOption): string[] {
  const flag = option.short ?? option.long!
  if (value === undefined || value === null) return [flag]
  // A URL may have a password in it, and a header be one, which must not end in a log.
  const isHeader = option.long === '--header' && !value.startsWith('@')
  const isSecret = isHeader || (value.includes('://') && holdsSecret(value))
  return [flag, isSecret ? option.flags.replace(/^.*<|>.*$/g, '').toUpperCase() : shellQuoted(value)]
}

const STOPPED: readonly ErrorCode[] = ['E_INTERRUPTED', 'E_TERMINATED', 'E_HANGUP']

/** What became of the job of a run that was stopped; `doubtful` is one that could not be killed. */
export type JobEnd = 'finished' | 'unfinished' | 'killed' | 'doubtful'

/** What an event says of it, if anything. */
export function jobEndAfter(event: ProgressEvent): JobEnd | undefined {
  if (event.type === 'job') return isFinished(event.status) ? 'finished' : 'unfinished'
  if (event.type !== 'notice') return undefined
  if (event.code === 'N_KILLED') return 'killed'
  return event.code === 'N_NOT_KILLED' ? 'doubtful' : undefined
}

/** What other options mend, so that the query need not run again. */
const MENDED: readonly ErrorCode[] = ['E_USAGE', 'E_TYPE', 'E_UTF8']

/**
 * A failure of a run that writes a result, with the command line that goes on with its job where there is one.
 *
 * @param isNew whether this run issued the job
 */
export function withNextCommand(
  failure: SluiceError,
  end: JobEnd | undefined,
  { given }: Session,
  isNew = false,
): SluiceError {
  const { code, jobId } = failure
  if (jobId === undefined) return failure
  const command = dumpCommandLine(jobId, given)
  const usual = failure.hint ?? adviceFor(code, jobId)
  if (isNew && end === 'finished' && MENDED.includes(code)) {
    const stays = `the query need not run again: td-sluice dump ${jobId} takes the same options`
    return reworded(failure, { hint: usual === undefined ? stays : `${usual}; ${stays}` })
  }
  const hint =
    usual === undefined && STOPPED.includes(code)
      ? afterStop(end, command, jobId)
      : usual?.replaceAll(`td-sluice dump ${jobId}`, () => command)
  return hint === undefined ? failure : reworded(failure, { hint })
}

function afterStop(end: JobEnd | undefined, command: string, jobId: string): string | undefined {
  if (end === 'finished') return `the result is still there: ${command}`
  if (end === 'unfinished') return `the job goes on, and this waits for it: ${command}`
  return end === 'doubtful'
    ? `the job may still be running; this kills it: td-sluice kill ${jobId}`
    : undefined
}

/** The same for a wait for a job that goes on. */
export function withNextWait(failure: SluiceError, jobId: string): SluiceError {
  const isStop = STOPPED.includes(failure.code) && failure.hint === undefined
  return isStop
    ? reworded(failure, { hint: `the job goes on; this waits for it: td-sluice wait ${jobId}` })
    : failure
}
