import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { decodeMulti } from '@msgpack/msgpack'
import type { Test } from 'tap'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js'
import { type Ask, ask, askJson } from './request.js'

export interface JobObject {
  readonly job_id: string
  readonly status: string
  readonly hive_result_schema: string | null
  readonly num_records: number | null
  readonly result_size: number | null
  readonly linked_result_export_job_id: number | null
  readonly debug: { readonly cmdout: string; readonly stderr: string | null }
}

/** A sandbox for one test, and the ways the tests talk to it. */
export async function sandboxFor(t: Test, options?: SandboxOptions) {
  const sandbox = await startSandbox(options)
  t.teardown(() => sandbox.close())
  return { sandbox, ...talkTo(sandbox) }
}

function talkTo({ url }: Sandbox) {
  const post = (path: string, fields: Record<string, string> = {}, more: Ask = {}) =>
    askJson<Record<string, string>>(`${url}/v3/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
      ...more,
    })

  const show = async (id: string) => (await askJson<JobObject>(`${url}/v3/job/show/${id}`)).json

  async function issue(query: string, fields: Record<string, string> = {}, type = 'trino'): Promise<string> {
    const { status, json } = await post(`job/issue/${type}/sample_datasets`, { query, ...fields })
    if (status !== 200) throw new Error(`issue answered ${status}: ${json.error}`)
    return json.job_id ?? ''
  }

  async function finished(id: string): Promise<JobObject> {
    for (;;) {
      const job = await show(id)
      if (['success', 'error', 'killed'].includes(job.status)) return job
      await sleep(5)
    }
  }

  async function rows(id: string): Promise<unknown[]> {
    const { body } = await ask(`${url}/v3/job/result/${id}?format=msgpack.gz`)
    return [...decodeMulti(gunzipSync(body), { useBigInt64: true })]
  }

  /** Runs a query to its end and reads its schema and rows. */
  async function run(query: string, fields?: Record<string, string>, type?: string) {
    const job = await finished(await issue(query, fields, type))
    if (job.status !== 'success') throw new Error(job.debug.stderr ?? job.status)
    return { job, schema: JSON.parse(job.hive_result_schema ?? 'null'), rows: await rows(job.job_id) }
  }

  /** The one value of a query that has one. */
  async function value(expression: string, fields?: Record<string, string>): Promise<unknown> {
    const [row] = (await run(`SELECT ${expression}`, fields)).rows as unknown[][]
    return row?.[0]
  }

  return { post, show, issue, finished, rows, run, value }
}
