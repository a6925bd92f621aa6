import { pipeline as connect } from 'node:stream/promises'
import type { OpenSink } from '../sinks/contract.js'
import type { RowFlow } from '../transforms/row-flow.js'
import type { OpenRun } from './run.js'

/**
 * Moves everything from an open run into the sink, or as much as the limit wants. The sink's backpressure reaches the
 * source through every stage, because each of them is pulled.
 */
export async function transfer(run: OpenRun, sink: OpenSink): Promise<void> {
  const { shaped, signal } = run
  run.begin(() => sink.rows)
  const given = new GivenChunks(sink, shaped)
  if (sink.copiesInput === 'views') shaped.lend?.()
  const wanted = async function* () {
    for await (const chunk of shaped.chunks) {
      if (shaped.satisfied()) return
      given.recycleTaken()
      yield chunk
      given.add(chunk)
      given.recycleTaken()
      run.checkRows()
    }
  }
  await connect(wanted, sink.input, { signal })
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
