import { isHeard, nextRun, publish } from '../diagnostics.js'
import type { SluiceError } from '../errors.js'
import type { ProgressListener } from '../model/progress.js'

/** Messages of a run on the channels `td-sluice:run` and `td-sluice:job`. */
export interface RunTeller {
  /** A listener that tells of the job as well. */
  progress(listener: ProgressListener): ProgressListener
  /** Tells that the run is over. To be called once. */
  end(read: RunTotals, failure?: SluiceError): void
}

/** Counts at the end of a run. */
export interface RunTotals {
  readonly jobId: string | undefined
  readonly rows: number
  readonly bytesIn: number
}

/** Tells that a run begins, which reads a source of this kind. */
export function runTeller(source: string): RunTeller {
  const run = nextRun()
  const started = performance.now()
  if (isHeard('run')) publish('run', { event: 'start', run, source })
  return {
    progress: (listener) => (event) => {
      if (event.type === 'job' && isHeard('job')) {
        const { jobId, status, issued, elapsedMs } = event
        publish('job', { run, jobId, status, issued, elapsedMs })
      }
      listener(event)
    },
    end({ jobId, rows, bytesIn }, failure) {
      if (!isHeard('run')) return
      const durationMs = performance.now() - started
      const errorCode = failure && { errorCode: failure.code }
      publish('run', { event: 'end', run, jobId, durationMs, rows, bytesIn, ...errorCode })
    },
  }
}
