import { setTimeout as sleep } from 'node:timers/promises'
import { isFinished, type Job } from './job.js'
import { advance } from './job-store.js'

/** Does the work of a job and says what of the job changes with its success. */
export type Work = (signal: AbortSignal) => Promise<Partial<Job>>

export interface Pace {
  /** Milliseconds a job stays queued at least. */
  readonly queueMs: number
  /** Milliseconds a job runs at least. */
  readonly runMs: number
}

/** Jobs that run at the same time; the others stay queued. */
const SLOTS = 2

const clock = () => `${new Date().toISOString().slice(0, 19)}Z`

/** All lines of it: DuckDB shows the place of a mistake in the query below its first line. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^Failed to extract statements: /, '')
}

function queryText({ query }: Job): string {
  return typeof query === 'string' ? query : JSON.stringify(query)
}

/** Runs jobs in the background: queued, running, then success, error or killed. */
export class Runner {
  readonly #pace: Pace
  readonly #controllers = new Map<Job, AbortController>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #waiting: (() => void)[] = []
  #free = SLOTS

  constructor(pace: Pace) {
    this.#pace = pace
  }

  submit(job: Job, work: Work): void {
    const controller = new AbortController()
    this.#controllers.set(job, controller)
    const task = this.#run(job, work, controller.signal).finally(() => {
      this.#controllers.delete(job)
      this.#tasks.delete(task)
    })
    this.#tasks.add(task)
  }

  /** Stops a job, at once as far as its record is concerned. A finished one stays as it is. */
  kill(job: Job): void {
    if (isFinished(job)) return
    job.script = []
    advance(job, 'killed')
    this.#controllers.get(job)?.abort()
  }

  /** Kills all jobs and waits until their work has ended. */
  async close(): Promise<void> {
    for (const job of this.#controllers.keys()) this.kill(job)
    await Promise.all(this.#tasks)
  }

  async #slot(): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }

  async #run(job: Job, work: Work, signal: AbortSignal): Promise<void> {
    await sleep(this.#pace.queueMs, undefined, { signal }).catch(() => undefined)
    await this.#slot()
    let changes: Partial<Job> = {}
    let hasSlot = true
    // A killed job makes room at once, even if its query takes a while to end.
    const giveSlot = () => {
      if (hasSlot) this.#release()
      hasSlot = false
    }
    signal.addEventListener('abort', giveSlot, { once: true })
    try {
      if (signal.aborted) return
      const earliestEnd = performance.now() + this.#pace.runMs
      advance(job, 'running')
      job.cmdout = `started at ${clock()}\nexecuting query: ${queryText(job)}\n`
      changes = await work(signal)
      await sleep(Math.max(0, earliestEnd - performance.now()), undefined, { signal })
      if (signal.aborted) return
      Object.assign(job, changes)
      job.cmdout += `finished at ${clock()}\n`
      advance(job, 'success')
    } catch (error) {
      if (signal.aborted) return
      job.stderr = `Query ${job.id} failed: ${reasonOf(error)}\n`
      job.cmdout += `failed at ${clock()}\n`
      advance(job, 'error')
    } finally {
      signal.removeEventListener('abort', giveSlot)
      giveSlot()
      if (signal.aborted) await forget(job, changes)
    }
  }
}

/** A killed job has no result: the files of one that it had made already go. */
async function forget(job: Job, { body }: Partial<Job>): Promise<void> {
  if (job.body === body) job.body = null
  await body?.discard?.()
}
