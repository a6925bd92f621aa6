import type { ProgressListener } from '../model/progress.js'

/** Ten events a second are enough for any display. */
const INTERVAL_MS = 100

/** Reports the transfer at intervals, and once more at its end. */
export class Ticker {
  readonly #report: () => void
  readonly #timer: NodeJS.Timeout

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
    clearInterval(this.#timer)
    this.#report()
  }
}
