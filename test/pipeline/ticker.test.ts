import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { ProgressEvent } from '../../src/index.js'
import { Ticker } from '../../src/pipeline/ticker.js'

t.test(
  'a ticker reports at intervals, and once more when it stops, however often that is asked',
  async (t) => {
    const events: ProgressEvent[] = []
    const totals = { bytes: 10, rows: undefined }
    const ticker = new Ticker(
      () => ({ bytesIn: events.length, rows: 0 }),
      totals,
      (event) => events.push(event),
    )
    while (events.length === 0) await sleep(20)
    const before = events.length
    ticker.stop()
    ticker.stop()
    t.equal(events.length, before + 1)
    t.match(events.at(-1), { type: 'transfer', bytesIn: before, totalBytesIn: 10, totalRows: undefined })
  },
)
