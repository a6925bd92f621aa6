import { deadline, sleep, throwIfAborted } from '../abort.js'
import { adviceFor, SluiceError } from '../errors.js'
import { type Duration, MINUTE_MS } from '../model/duration.js'
import type { EngineProgress } from '../model/progress.js'
import { checkOptions, type OptionShapes, toMilliseconds } from '../usage.js'
import { engineProgress } from './engine-progress.js'
import { isTransient, type RetryPolicy } from './http/retry.js'
import { LONGEST_RETRY_AFTER_MS } from './http/retry-after.js'
import type { Transport } from './http/transport.js'
import { isFinished, type Job, type JobStatus, parseJob, parseJobStatus } from './job-record.js'
import { parseJsonObject } from './json.js'
import { printable, printableLines } from './printable.js'

/** How long and how often to ask for the state of a job. */
export interface WaitOptions {
  /** Ends the wait. The job goes on. */
  readonly signal?: AbortSignal | undefined
  /**
   * How long to wait.
   *
   * @default as long as the job takes
   */
  readonly timeout?: Duration | undefined
  /** Called after every poll that got an answer; `progress` is there with `engineProgress`, once there is any. */
  readonly onStatus?: ((status: JobStatus, progress?: EngineProgress) => void) | undefined
  /**
   * Poll `job/show`, whose replies are larger, rather than `job/status`, and look in the engine's output for how far it
   * is.
   *
   * @default false
   */
  readonly engineProgress?: boolean | undefined
  /** Called when a poll failed and another will be made. */
  readonly onPollFailed?: ((error: SluiceError) => void) | undefined
  /**
   * The shortest pause between polls.
   *
   * @default '500ms'
   */
  readonly minPoll?: Duration | undefined
  /**
   * The longest pause between polls.
   *
   * @default '30s'
   */
  readonly maxPoll?: Duration | undefined
  /**
   * How long polls may fail in a row, once one has been answered; the first is repeated like any other request.
   *
   * @default '15m'
   */
  readonly failureWindow?: Duration | undefined
}

const WAIT_OPTIONS: OptionShapes<WaitOptions> = {
  signal: 'signal',
  timeout: 'duration',
  onStatus: 'function',
  engineProgress: 'boolean',
  onPollFailed: 'function',
  minPoll: 'duration',
  maxPoll: 'duration',
  failureWindow: 'duration',
}

/** A pause is this part of the time already waited, so that polling adds at most so much to the wait. */
const PAUSE_SHARE = 0.1
/** Pauses vary by this part up and down, so that many waiters do not poll in step. */
const JITTER = 0.2

/** See {@link Jobs.wait}. */
export async function wait(transport: Transport, jobId: string, options: WaitOptions): Promise<JobStatus> {
  checkOptions(options, 'wait', WAIT_OPTIONS)
  const timeoutMs = toMilliseconds('timeout', options.timeout, undefined)
  if (timeoutMs === undefined) return finished(transport, jobId, options)
  const limit = deadline(timeoutMs, options.signal, () => {
    return new SluiceError('E_DEADLINE', `the job still runs after ${timeoutMs / 1000} s`, {
      jobId,
      hint: adviceFor('E_DEADLINE', jobId),
    })
  })
  try {
    return await finished(transport, jobId, { ...options, signal: limit.signal })
  } finally {
    limit.clear()
  }
}

/** Polls until the job succeeds; throws for every other way it can end. */
async function finished(transport: Transport, jobId: string, options: WaitOptions): Promise<JobStatus> {
  const { signal, onStatus } = options
  const minPollMs = toMilliseconds('minPoll', options.minPoll, 500)
  const maxPollMs = toMilliseconds('maxPoll', options.maxPoll, 30_000)
  const failures = new FailureWindow(toMilliseconds('failureWindow', options.failureWindow, 15 * MINUTE_MS))
  const begin = performance.now()
  // Until the API has answered once, failing is more likely a wrong address than an outage: no window for it.
  let poll = firstPoll
  for (;;) {
    let asked = 0
    let polled: Polled | undefined
    try {
      polled = await poll(transport, jobId, options)
      failures.clear()
      poll = nextPoll
    } catch (error) {
      throwIfAborted(signal)
      if (poll === firstPoll) throw error
      failures.add(error)
      asked = (error as SluiceError).retryAfterMs ?? 0
      options.onPollFailed?.(error as SluiceError)
    }
    if (polled !== undefined) {
      const { status, progress } = polled
      onStatus?.(status, progress)
      if (status.status === 'success') return status
      if (isFinished(status.status)) throw await jobError(transport, jobId, status.status, signal)
    }
    const pause = Math.min(maxPollMs, Math.max(minPollMs, (performance.now() - begin) * PAUSE_SHARE))
    const jittered = pause * (1 - JITTER + 2 * JITTER * Math.random())
    await sleep(Math.max(jittered, Math.min(asked, LONGEST_RETRY_AFTER_MS)), signal)
  }
}

interface Polled {
  readonly status: JobStatus
  readonly progress?: EngineProgress | undefined
}

/** The first answer of the API, got as patiently as that to any other request. */
function firstPoll(transport: Transport, jobId: string, options: WaitOptions): Promise<Polled> {
  const { retryPolicy } = transport
  return poll(transport, jobId, options, {
    ...retryPolicy,
    onRetry(failure, pauseMs) {
      retryPolicy.onRetry?.(failure, pauseMs)
      options.onPollFailed?.(failure)
    },
  })
}

/** One attempt: the loop around it is the retry. */
function nextPoll(transport: Transport, jobId: string, options: WaitOptions): Promise<Polled> {
  return poll(transport, jobId, options, { ...transport.retryPolicy, retries: 0 })
}

function poll(
  transport: Transport,
  jobId: string,
  options: WaitOptions,
  policy: RetryPolicy,
): Promise<Polled> {
  const what = options.engineProgress ? 'show' : 'status'
  const request = { method: 'GET', path: `job/${what}/${jobId}`, signal: options.signal } as const
  return transport.read(
    request,
    ({ text }) => {
      const json = parseJsonObject(text)
      if (!options.engineProgress) return { status: parseJobStatus(json, jobId) }
      const job = parseJob(json, jobId)
      return { status: job, progress: engineProgress(job) }
    },
    policy,
  )
}

/** Puts up with failures that may pass, as long as not all polls of a whole window fail. */
class FailureWindow {
  readonly #windowMs: number
  #since: number | undefined

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  clear(): void {
    this.#since = undefined
  }

  /** Throws `error` when it will not pass, or the window is over. */
  add(error: unknown): void {
    const now = performance.now()
    this.#since ??= now
    const mayPass = isTransient(error) || (error instanceof SluiceError && error.code === 'E_PROTOCOL')
    if (!mayPass || now - this.#since >= this.#windowMs) throw error
  }
}

/** Why a job ended without a result, with the engine's own words. */
export async function jobError(
  transport: Transport,
  jobId: string,
  status: string,
  signal: AbortSignal | undefined,
): Promise<SluiceError> {
  if (status === 'killed') return new SluiceError('E_JOB_KILLED', 'the job was killed', { jobId })
  const request = { method: 'GET', path: `job/show/${jobId}`, signal } as const
  const job = await transport.read(request, ({ text }) => parseJob(parseJsonObject(text), jobId))
  return failureOf(job, (shown) => transport.redact(shown))
}

/** `E_JOB_FAILED` for a job record; its message is the last telling line of `debug.stderr`, its cause all of it. */
function failureOf(job: Job, redact: (text: string) => string): SluiceError {
  const stderr = redact(job.debug?.stderr ?? '')
  const reason = printable(lastTellingLine(stderr), 500)
  return new SluiceError('E_JOB_FAILED', reason === '' ? 'the job failed without a reason' : reason, {
    jobId: job.jobId,
    ...(reason === '' ? {} : { cause: new Error(printableLines(stderr)) }),
  })
}

/** The last line that speaks of a failure, else the last with a word in it; the frames of a stack trace are neither. */
function lastTellingLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => !/^\s*(?:at \S|\.\.\. \d+ more)/.test(line))
  const speaksOfFailure = (line: string) => /fail|error|exception/i.test(line)
  return lines.findLast(speaksOfFailure) ?? lines.findLast((line) => /[\p{L}\p{N}]/u.test(line)) ?? ''
}
