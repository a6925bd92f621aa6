import type { ProgressEvent } from '../../../src/model/progress.js'
import { RESULT, serve } from './result.js'
import { reply, type ScriptedServer, type Step } from './server.js'

export const SCHEMA = '[["n","bigint"]]'

/** A record of job 7 as `job/show` and `job/status` give it. */
export function record(status: string, more: object = {}): object {
  return { job_id: '7', status, type: 'trino', database: 'db', query: 'select 1', ...more }
}

export const status = (state: string, more: object = {}): Step => reply(200, record(state, more))

/** A server whose job 7 has succeeded with `bytes` as its result. */
export function finishedJob(server: ScriptedServer, bytes: Buffer, more: object = {}): void {
  const done = { result_size: bytes.length, num_records: 3, hive_result_schema: SCHEMA, ...more }
  server.always('GET job/status/7', status('success', done))
  server.always('GET job/show/7', status('success', done))
  server.always(RESULT, serve(bytes))
}

/** What the pipeline would hand to a source, with the events that came. */
export function testContext(signal: AbortSignal = new AbortController().signal) {
  const events: ProgressEvent[] = []
  return { signal, events, onProgress: (event: ProgressEvent) => events.push(event) }
}
