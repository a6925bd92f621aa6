import type { SluiceError } from '../../errors.js'
import type { ProgressListener } from '../../model/progress.js'
import type { OpenSource } from '../contract.js'
import type { DownloadOptions } from '../download/index.js'
import { fill } from './fill.js'
import { Spool } from './spool.js'

/**
 * A result by way of a spool in `folder`: first all of it comes onto the disk, then it is read from there. Throws as
 * `fill` does; the bytes that came until then stay.
 */
export async function openSpooled(
  folder: string,
  options: DownloadOptions,
  onProgress: ProgressListener,
): Promise<Pick<OpenSource, 'body' | 'expectedBytes' | 'close'>> {
  const { endpoint } = options.client
  const spool = await Spool.open(folder, { endpoint, jobId: options.jobId })
  try {
    await fill(spool, options, onProgress)
  } catch (error) {
    await spool.close(spool.bytes === 0 ? 'remove' : 'keep')
    throw error
  }
  return {
    body: spool.read(),
    expectedBytes: spool.bytes,
    close: (failure) => spool.close(isOfUse(failure) ? 'keep' : 'remove'),
  }
}

/** Whether the next run can do anything with the bytes of one that ended so: not if they were done with, or damaged. */
function isOfUse(failure: SluiceError | undefined): boolean {
  return failure !== undefined && failure.exitCode !== 12
}
