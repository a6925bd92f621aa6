import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import {
  type AddedJob,
  SANDBOX_API_KEY,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../../src/sandbox/index.js'
import { packRows } from '../msgpack/encoded-results.js'

/** A sandbox for one test, and what the sources need to find it. */
export async function sandboxFor(t: Test, options: SandboxOptions = {}) {
  const sandbox = await startSandbox(options)
  t.teardown(() => sandbox.close())
  return { sandbox, options: { connection: { endpoint: sandbox.url, apiKey: SANDBOX_API_KEY }, minPoll: 10 } }
}

/** A job whose result hardly compresses: `rows` rows of a number and a text of `textBytes` bytes. */
export function bulkyJob(rows: number, textBytes: number): AddedJob {
  const text = () =>
    randomBytes(Math.ceil((textBytes * 3) / 4))
      .toString('base64')
      .slice(0, textBytes)
  const bytes = packRows(Array.from({ length: rows }, (_, i) => [i, text()]))
  return {
    schema: [
      ['id', 'bigint'],
      ['text', 'varchar'],
    ],
    body: gzipSync(bytes, { level: 1 }),
    numRecords: rows,
  }
}

/** The requests for results, as the sandbox saw them. */
export function downloads(sandbox: Sandbox) {
  return sandbox.log.filter((entry) => entry.endpoint === 'result')
}
