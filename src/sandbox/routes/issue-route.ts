import type { Context } from '../context.js'
import { ApiError } from '../http/api-error.js'
import { type Params, textParam } from '../http/params.js'
import { jsonReply } from '../http/reply.js'
import type { Job } from '../jobs/job.js'
import { jobParams } from '../jobs/job-params.js'
import { queryWork } from '../jobs/query-work.js'
import type { Work } from '../jobs/runner.js'
import { exportResult } from './result-export-route.js'
import type { Route } from './route.js'

const QUERY_TYPES = new Set(['trino', 'presto', 'hive'])

/** Longer queries are refused by Treasure Data (td-client-python issue 38). */
const MAX_QUERY_CHARS = 1_000_000

/** The query of a bulk load is an object, which the Java client wraps as `{"config": {...}}`. */
function queryOf(type: string, params: Params): Job['query'] {
  const config = params.config ?? params.query
  if (type === 'bulkload' && typeof config === 'object' && config !== null)
    return config as Record<string, unknown>
  const query = textParam(params, 'query')
  if (query === undefined) throw new ApiError(422, 'Job query is missing')
  if (query.length > MAX_QUERY_CHARS) throw new ApiError(422, 'Job query is too long')
  return query
}

function workOf(context: Context, job: Job, params: Params): Work {
  const { engines, scratch } = context
  if (!QUERY_TYPES.has(job.type))
    return () => Promise.reject(new Error(`the sandbox runs no jobs of the type ${job.type}`))
  const work = queryWork(job, engines, scratch)
  const wantsExport = job.result !== '' || textParam(params, 'result_connection_id') !== undefined
  if (!wantsExport) return work
  return async (signal) => {
    const changes = await work(signal)
    Object.assign(job, changes)
    exportResult(context, job, params)
    return changes
  }
}

/** `job/issue`. A query with a result target starts the export of its result when it is done. */
export const issueRoute: Route = {
  endpoint: 'issue',
  method: 'POST',
  path: 'job/issue/*/*',
  async handle(context, { args: [type = '', database = ''], params }) {
    const { jobs, runner, engines, pools } = context
    if (!QUERY_TYPES.has(type) && type !== 'bulkload') throw new ApiError(400, `Unknown job type ${type}`)
    if (!(await (await engines.get()).databases()).includes(database))
      throw new ApiError(404, `Couldn't find UserDatabase with account_id = 1, name = ${database}`)
    const job = jobs.create({ type, database, query: queryOf(type, params), ...jobParams(params, pools) })
    runner.submit(job, workOf(context, job, params))
    return jsonReply({ job: job.id, job_id: job.id, database })
  },
}
