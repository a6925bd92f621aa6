import { pipeline as connect } from 'node:stream/promises'
import type { ProgressListener } from '../model/progress.js'
import type { OpenSink } from '../sinks/contract.js'
import type { OpenSource } from '../sources/contract.js'
import type { RowFlow } from '../transforms/row-flow.js'
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
  const given = new GivenChunks(sink, shaped)
  const wanted = async function* () {
    for await (const chunk of shaped.chunks) {
      if (shaped.satisfied()) return
      given.recycleTaken()
      yield chunk
      given.add(chunk)
      given.recycleTaken()
      verifyNotTooMany(source, rowsRead(), run.verifyCount)
    }
  }
  try {
    await connect(wanted, sink.input, { signal: run.signal })
  } finally {
    ticker.stop()
  }
}

/** Chunks that were given to a sink, until it has taken them. */
class GivenChunks {
  readonly #sink: OpenSink
  readonly #flow: RowFlow
  #chunks: Uint8Array[] = []

  constructor(sink: OpenSink, flow: RowFlow) {
    this.#sink = sink
    this.#flow = flow
  }

  add(chunk: Uint8Array): void {
    if (this.#sink.copiesInput) this.#chunks.push(chunk)
  }

  /** As an input drains before it takes more than its high-water mark, no more than that is ever waiting here. */
  recycleTaken(): void {
    if (this.#sink.input.writableLength > 0) return
    for (const chunk of this.#chunks) this.#flow.recycle?.(chunk)
    this.#chunks = []
  }
}
