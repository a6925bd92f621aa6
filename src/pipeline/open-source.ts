import { messageOf, SluiceError } from '../errors.js'
import type { ProgressListener } from '../model/progress.js'
import type { OpenSource, Source } from '../sources/contract.js'

/** What becomes of a job that the run issued itself when the run is aborted while the job still runs. */
export type OnAbort = 'kill' | 'leave'

export interface OpenOptions {
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener
  readonly onAbort: OnAbort | undefined
}

/** Opens a source; when that is aborted, kills the job it issued, where that is wanted, before it throws. */
export async function openSource(source: Source, options: OpenOptions): Promise<OpenSource> {
  const { signal, onProgress } = options
  let issued: string | undefined
  try {
    return await source.open({
      signal,
      onProgress: (event) => {
        if (event.type === 'job' && event.issued) issued = event.jobId
        onProgress(event)
      },
    })
  } catch (error) {
    if (issued === undefined) throw error
    if (error instanceof SluiceError) error.jobId ??= issued
    if (signal.aborted && options.onAbort === 'kill') await kill(source, issued, onProgress)
    throw error
  }
}

async function kill(source: Source, jobId: string, onProgress: ProgressListener): Promise<void> {
  try {
    await source.kill?.(jobId)
  } catch (error) {
    const message = `job ${jobId} could not be killed: ${messageOf(error)}`
    onProgress({ type: 'notice', code: 'N_NOT_KILLED', message })
  }
}
