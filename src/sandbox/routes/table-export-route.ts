import { TABLE_FORMATS, tableExportWork } from '../exports/table-export.js'
import { ApiError } from '../http/api-error.js'
import { integerParam, textParam } from '../http/params.js'
import { jsonReply } from '../http/reply.js'
import { jobParams } from '../jobs/job-params.js'
import type { Route } from './route.js'

export const tableExportRoute: Route = {
  endpoint: 'export',
  method: 'POST',
  path: 'export/run/*/*',
  async handle({ jobs, runner, engines, pools, exportDir }, { args: [database = '', table = ''], params }) {
    const tables = await (await engines.get()).tables(database)
    if (!tables.some(({ name }) => name === table))
      throw new ApiError(404, `Couldn't find UserTable with database = ${database}, name = ${table}`)
    const storage = textParam(params, 'storage_type')
    if (storage !== 's3')
      throw new ApiError(400, `Only s3 storage type is supported, not ${storage ?? 'none'}`)
    const format = textParam(params, 'file_format') ?? 'jsonl.gz'
    if (!Object.hasOwn(TABLE_FORMATS, format)) throw new ApiError(400, `Unknown file format ${format}`)
    const bucket = textParam(params, 'bucket')
    if (bucket === undefined) throw new ApiError(400, 'A bucket is required')
    const job = jobs.create({ type: 'export', database, query: '', ...jobParams(params, pools) })
    const what = {
      table,
      format,
      bucket,
      prefix: textParam(params, 'file_prefix') ?? `${database}/${table}`,
      from: integerParam(params, 'from'),
      to: integerParam(params, 'to'),
    }
    runner.submit(job, tableExportWork(job, what, engines, exportDir))
    return jsonReply({ job: job.id, job_id: job.id, database })
  },
}
