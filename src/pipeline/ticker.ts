import type { ProgressListener } from '../model/progress.js'

/** Ten events a second are enough for any display. */
const INTERVAL_MS = 100

/** Reports the transfer at intervals, and once more when it stops. */
export class Ticker {
  readonly #report: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(
    read: () => { bytesIn: number; rows: number },
    totals: { bytes: number | undefined; rows: number | undefined },
    onProgress: ProgressListener,
  ) {
    const started = performance.now()
    this.#report = () => {
      onProgress({
        type: 'transfer',
        ...read(),
        totalBytesIn: totals.bytes,
        totalRows: totals.rows,
        elapsedMs: performance.now() - started,
      })
    }
    this.#timer = setInterval(this.#report, INTERVAL_MS).unref()
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#report()
  }
}
