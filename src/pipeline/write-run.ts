import type { OpenSink, Sink } from '../sinks/contract.js'
import { openSink } from '../sinks/open-sink.js'
import { type Report, reportOf } from './report.js'
import type { OpenRun } from './run.js'
import { transfer } from './transfer.js'

/** Writes an open run to a sink, which was prepared, and ends it in either way. */
export async function writeRun(run: OpenRun, sink: Sink, started: number): Promise<Report> {
  const { shaped } = run
  let output: OpenSink | undefined
  try {
    const opened = await openSink(sink, {
      plan: shaped.plan,
      limits: run.limits,
      signal: run.signal,
      jobId: run.source.jobId,
      querySha256: run.source.querySha256,
      hashOutput: run.hashOutput,
      notice: (notice) => run.onProgress({ type: 'notice', ...notice }),
      limitReached: shaped.limitReached,
    })
    output = opened
    await transfer(run, opened)
    const written = await run.complete(() => opened.commit())
    return reportOf(run, { ...written, format: sink.format, rowsWritten: opened.rows }, started)
  } catch (error) {
    throw await run.fail(error, () => output?.discard())
  }
}
