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
  readonly #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(sink: OpenSink, flow: RowFlow) {
    this.#sink = sink
    this.#flow = flow
  }

  add(chunk: Uint8Array): void {
    if (!this.#sink.copiesInput) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.byteLength
  }

  /** Only the last chunks still wait in the input. All others are released, even if the input is never empty. */
  recycleTaken(): void {
    const { writableLength, writableObjectMode } = this.#sink.input
    const waiting = writableObjectMode && writableLength > 0 ? this.#bytes : writableLength
    while (this.#chunks.length > 0 && this.#bytes - this.#chunks[0]!.byteLength >= waiting) {
      const chunk = this.#chunks.shift()!
      this.#bytes -= chunk.byteLength
      this.#flow.recycle?.(chunk)
    }
  }
}
