import { pipeline as connect } from 'node:stream/promises'
import type { ProgressListener } from '../model/progress.js'
import type { OpenSink } from '../sinks/contract.js'
import type { OpenSource } from '../sources/contract.js'
import type { Meter } from './result-stream.js'
import type { ShapedResult } from './shape.js'
import { Ticker } from './ticker.js'
import { verifyNotTooMany } from './verify.js'

export interface Transfer {
  readonly source: OpenSource
  readonly meter: Meter
  readonly shaped: ShapedResult
  readonly sink: OpenSink
  readonly verifyCount: boolean
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener
}

/**
 * Moves everything from the source into the sink, or as much as the limit wants. The sink's backpressure reaches the
 * source through every stage, because each of them is pulled.
 */
export async function transfer(run: Transfer): Promise<void> {
  const { source, meter, shaped, sink } = run
  const rowsRead = () => shaped.rowsRead() ?? sink.rows
  const ticker = new Ticker(
    () => ({ bytesIn: meter.bytes, rows: rowsRead() }),
    { bytes: source.expectedBytes, rows: source.expectedRows },
    run.onProgress,
  )
  const wanted = async function* () {
    for await (const chunk of shaped.chunks) {
      if (shaped.satisfied()) return
      yield chunk
      verifyNotTooMany(source, rowsRead(), run.verifyCount)
    }
  }
  try {
    await connect(wanted, sink.input, { signal: run.signal })
  } finally {
    ticker.stop()
  }
}
