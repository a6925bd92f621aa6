import type { ProgressEvent } from '../model/progress.js'
import type { ManifestEvent } from './events.js'
import type { ExportListener } from './listener.js'
import type { RunPlan } from './plan.js'
import type { PlannedExport } from './planned-export.js'
import type { RunReport } from './report.js'
import { isoTime } from './time-text.js'

/** Receivers of the events of a run. */
export interface RunAudience {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: ManifestEvent) => void) | undefined
  readonly onProgress?:
    | ((event: ProgressEvent, exportName: string | undefined, scheduledTime: Date | undefined) => void)
    | undefined
}

/** Tells a program of the events of a run. What its function throws ends the run, but not before its exports have let go. */
export class EventTeller {
  readonly #plan: RunPlan
  readonly #audience: RunAudience
  readonly #stop = new AbortController()
  #thrown: { readonly error: unknown } | undefined

  constructor(plan: RunPlan, audience: RunAudience) {
    this.#plan = plan
    this.#audience = audience
  }

  /** Stops the run. Of its own: a run raises the number of listeners that it may have. */
  get signal(): AbortSignal {
    const { signal } = this.#audience
    return AbortSignal.any([this.#stop.signal, ...(signal === undefined ? [] : [signal])])
  }

  planned(): void {
    this.#tell({ type: 'planned', exports: this.#plan.exports.map((each) => this.#of(each)) })
    this.#rethrow()
  }

  /** Throws what the program's function has thrown. */
  finished(report: RunReport): void {
    this.#tell({ type: 'finished', report })
    this.#rethrow()
  }

  listener(planned?: PlannedExport): ExportListener {
    const { onProgress } = this.#audience
    const of = planned && this.#of(planned)
    let jobId: string | undefined
    return {
      started: () => this.#tell({ type: 'started', ...of! }),
      progress: (event) => {
        if (event.type === 'job' && event.jobId !== jobId && of !== undefined) {
          jobId = event.jobId
          this.#tell({ type: 'issued', ...of, jobId, isNew: event.issued })
        }
        this.#tell({ type: 'progress', ...of, event })
        onProgress?.(event, planned?.name, planned && new Date(planned.job.scheduledTime))
      },
      // The report tells it.
      info() {},
      failure() {},
      ended: (report) => this.#tell({ type: report.outcome, ...of!, report }),
    }
  }

  #of({ name, job }: PlannedExport) {
    return { export: name, scheduledTime: isoTime(job.scheduledTime, this.#plan.zone) }
  }

  #tell(event: ManifestEvent): void {
    if (this.#thrown !== undefined) return
    try {
      this.#audience.onEvent?.(event)
    } catch (error) {
      this.#thrown = { error }
      this.#stop.abort(error)
    }
  }

  #rethrow(): void {
    if (this.#thrown !== undefined) throw this.#thrown.error
  }
}
