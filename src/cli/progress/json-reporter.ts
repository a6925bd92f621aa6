import type { Writable } from 'node:stream'
import { type Logger, pino, stdTimeFunctions } from 'pino'
import { printableJson } from '../../client/printable.js'
import type { SluiceError } from '../../errors.js'
import { ManifestProblems } from '../../manifest/problems.js'
import type { ProgressEvent } from '../../model/progress.js'
import { CONFIRMATIONS, type GeneralOptions, type Reporter } from './reporter.js'

/** How often a running transfer is logged. */
const TRANSFER_LOG_MS = 10_000

/**
 * One JSON object a line, for machines. Field names are stable: `level`, `time`, `event`, `jobId`, `msg`, and those of
 * the event. Written by the caller's turn of the loop, so that no line is lost at the end.
 */
export class JsonReporter implements Reporter {
  readonly live = false
  readonly #log: Logger
  #jobId: string | undefined
  #status: string | undefined
  #transferLoggedAt = 0

  /** @param always fields of every line */
  constructor(stderr: Writable, options: GeneralOptions, always: Readonly<Record<string, unknown>> = {}) {
    this.#log = pino(
      {
        base: always,
        level: options.quiet ? 'error' : options.verbose ? 'debug' : 'info',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => stderr.write(printableJson(line)) },
    )
  }

  start(): void {}

  progress(event: ProgressEvent): void {
    if (event.type === 'notice') {
      const { code, message, jobId } = event
      const about = jobId === undefined ? {} : { jobId }
      const confirmed = CONFIRMATIONS[code]
      if (confirmed === undefined) this.#log.warn(this.#fields('notice', { code, ...about }), message)
      else this.#log.info(this.#fields(confirmed, about), message)
    } else if (event.type === 'transfer') {
      // Another transfer begins its own time.
      if (event.elapsedMs < this.#transferLoggedAt) this.#transferLoggedAt = 0
      if (event.elapsedMs - this.#transferLoggedAt < TRANSFER_LOG_MS) return
      this.#transferLoggedAt = event.elapsedMs
      const { type, ...fields } = rounded(event)
      this.#log.info(this.#fields(type, fields), 'transfer under way')
    } else {
      if (event.jobId === this.#jobId && event.status === this.#status) return
      this.#jobId = event.jobId
      this.#status = event.status
      const { type, ...fields } = rounded(event)
      this.#log.info(this.#fields(type, fields), `job ${event.jobId} is ${event.status}`)
    }
  }

  info(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#log.info(this.#fields('info', fields), message.trim())
  }

  detail(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#log.debug(this.#fields('detail', fields), message)
  }

  liveExports(): undefined {
    return undefined
  }

  failure(error: SluiceError): void {
    const { code, exitCode, retryable, jobId, hint, message, cause } = error
    const problems = cause instanceof ManifestProblems ? cause.problems : undefined
    this.#log.error(this.#fields('failure', { code, exitCode, retryable, jobId, hint, problems }), message)
  }

  /** Each line has its time already. */
  dateLines(): void {}

  stop(): void {}

  #fields(event: string, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return { event, ...(this.#jobId === undefined ? {} : { jobId: this.#jobId }), ...fields }
  }
}

/** Milliseconds are whole in logs. */
function rounded<T extends { elapsedMs: number }>(event: T): T {
  return { ...event, elapsedMs: Math.round(event.elapsedMs) }
}
