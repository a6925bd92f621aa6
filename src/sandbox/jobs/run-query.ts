import type { Answer, Query } from '../engine/query.js'
import type { EngineHost } from '../engine-host.js'

const INTERRUPT_MS = 20

/** Runs a query, hands its answer over while the connection is open, and interrupts it when the signal says so. */
export async function runQuery<T>(
  engines: EngineHost,
  query: Query,
  signal: AbortSignal,
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
  const engine = await engines.get()
  signal.throwIfAborted()
  const running = await engine.start(query)
  let timer: NodeJS.Timeout | undefined
  // DuckDB forgets an interrupt that comes just before the query begins, so it is told until it listens.
  const interrupt = () => {
    running.interrupt()
    timer = setInterval(() => running.interrupt(), INTERRUPT_MS)
  }
  signal.addEventListener('abort', interrupt)
  if (signal.aborted) interrupt()
  try {
    const answer = await running.answer
    signal.throwIfAborted()
    return await use(answer)
  } finally {
    signal.removeEventListener('abort', interrupt)
    clearInterval(timer)
    running.end()
  }
}
