import type { Context } from '../context.js'
import { resultExportWork } from '../exports/result-export.js'
import { ApiError } from '../http/api-error.js'
import { type Params, textParam } from '../http/params.js'
import { jsonReply } from '../http/reply.js'
import { type Job, showObject } from '../jobs/job.js'
import { jobParams } from '../jobs/job-params.js'
import type { Route } from './route.js'

/** Starts the export of a result as a job of its own, linked with the job that made the result. */
export function exportResult(context: Context, target: Job, params: Params, fields: Partial<Job> = {}): Job {
  const { jobs, runner, exportDir } = context
  const result = textParam(params, 'result') ?? ''
  const job = jobs.create({
    ...fields,
    type: 'result_export',
    database: target.database,
    query: '',
    result,
    resultExportTargetJobId: Number(target.id),
  })
  target.linkedResultExportJobId = Number(job.id)
  const connectionId = textParam(params, 'result_connection_id')
  const connectionSettings = textParam(params, 'result_connection_settings')
  runner.submit(job, resultExportWork(target, { result, connectionId, connectionSettings }, exportDir))
  return job
}

export const resultExportRoute: Route = {
  endpoint: 'result_export',
  method: 'POST',
  path: 'job/result_export/*',
  handle(context, { args: [id = ''], params }) {
    const { jobs, pools, baseUrl } = context
    const target = jobs.get(id)
    if (!textParam(params, 'result') && !textParam(params, 'result_connection_id'))
      throw new ApiError(422, 'A result export needs result or result_connection_id')
    const job = exportResult(context, target, params, jobParams(params, pools))
    return jsonReply(showObject(job, baseUrl()))
  },
}
