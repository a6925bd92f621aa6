import { pipeline as connect } from 'node:stream/promises'
import type { ProgressListener } from '../model/progress.js'
import type { OpenSink } from '../sinks/contract.js'
import type { OpenSource } from '../sources/contract.js'
import type { Meter } from './result-stream.js'
import type { ShapedResult } from './shape.js'
import { Ticker } from './ticker.js'

export interface Transfer {
  readonly source: OpenSource
  readonly meter: Meter
  readonly shaped: ShapedResult
  readonly sink: OpenSink
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener
}

/**
 * Moves everything from the source into the sink, or as much as the limit wants. The sink's backpressure reaches the
 * source through every stage, because each of them is pulled.
 */
export async function transfer(run: Transfer): Promise<void> {
  const { source, meter, shaped, sink } = run
  const ticker = new Ticker(
    () => ({ bytesIn: meter.bytes, rows: shaped.rowsRead() ?? sink.rows }),
    { bytes: source.expectedBytes, rows: source.expectedRows },
    run.onProgress,
  )
  try {
    await connect(untilLimited(shaped), sink.input, { signal: run.signal })
  } finally {
    ticker.stop()
  }
}

async function* untilLimited(shaped: ShapedResult): AsyncGenerator<Uint8Array> {
  for await (const chunk of shaped.chunks) {
    if (shaped.limited()) return
    yield chunk
  }
}
