import { ERROR_TABLE, SluiceError } from '../../errors.js'
import type { ProgressListener } from '../../model/progress.js'
import type { OpenSource } from '../contract.js'
import { Download, type DownloadOptions } from '../download/index.js'
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
    close: (failure) => spool.close(failure !== undefined && hasGoodBytes(failure) ? 'keep' : 'remove'),
  }
}

/** Whether the next run may read the bytes that a run with this failure has left. */
function hasGoodBytes({ code }: SluiceError): boolean {
  return ERROR_TABLE[code].bytes === 'good'
}

/** Ten events a second are enough for any display. */
const PROGRESS_MS = 100

/**
 * Downloads a whole result into a spool, from where the last run stopped. A result that is another one by now is fetched
 * from its first byte. Throws as a `Download` is destroyed, and as the spool does.
 */
export async function fill(
  spool: Spool,
  options: DownloadOptions,
  onProgress: ProgressListener,
): Promise<void> {
  const begun = spool.bytes
  const { expectedBytes } = options
  const other = expectedBytes !== undefined && (spool.begun?.known.total ?? expectedBytes) !== expectedBytes
  if (!other) {
    try {
      return await copy(spool, options, onProgress)
    } catch (error) {
      const changed = error instanceof SluiceError && error.code === 'E_RESULT_CHANGED'
      if (!changed || begun === 0) throw error
    }
  }
  const message = `the result is another one than the ${begun} bytes in the spool: it is fetched anew`
  onProgress({ type: 'notice', code: 'N_SPOOL_DROPPED', message })
  await spool.restart()
  await copy(spool, options, onProgress)
}

async function copy(spool: Spool, options: DownloadOptions, onProgress: ProgressListener): Promise<void> {
  const { begun } = spool
  const download = new Download({ ...options, begun })
  const started = performance.now()
  let told = started
  try {
    await download.connect()
    if (begun !== undefined) {
      const message = `the spool has ${spool.bytes} bytes of the result; the download goes on from there`
      onProgress({ type: 'notice', code: 'N_SPOOL_FOUND', message })
    }
    for await (const chunk of download) {
      await spool.append(chunk, { total: download.totalBytes, etag: download.etag })
      const now = performance.now()
      if (now - told < PROGRESS_MS) continue
      told = now
      onProgress({
        type: 'transfer',
        bytesIn: spool.bytes,
        totalBytesIn: download.totalBytes,
        rows: 0,
        totalRows: undefined,
        elapsedMs: now - started,
      })
    }
    await spool.sync()
  } finally {
    download.destroy()
  }
}
