import { ApiError } from '../http/api-error.js'
import { integerParam, textParam } from '../http/params.js'
import { jsonReply } from '../http/reply.js'
import { isFinished, listObject, showObject, statusObject } from '../jobs/job.js'
import { followScript } from '../jobs/job-store.js'
import type { Route } from './route.js'

/** Jobs of a page when the request does not say. */
const PAGE = 20

const list: Route = {
  endpoint: 'list',
  method: 'GET',
  path: 'job/list',
  handle({ jobs, baseUrl }, { params }) {
    const from = integerParam(params, 'from') ?? 0
    const to = integerParam(params, 'to') ?? from + PAGE - 1
    if (from < 0 || to < from) throw new ApiError(422, `from and to are not a range: ${from} to ${to}`)
    const page = jobs.list({
      from,
      to,
      status: textParam(params, 'status'),
      slowerThan: integerParam(params, 'slower_than'),
    })
    return jsonReply({ count: page.length, from, to, jobs: page.map((job) => listObject(job, baseUrl())) })
  },
}

const show: Route = {
  endpoint: 'show',
  method: 'GET',
  path: 'job/show/*',
  handle({ jobs, baseUrl }, { args: [id = ''] }) {
    const job = jobs.get(id)
    followScript(job)
    return jsonReply(showObject(job, baseUrl()))
  },
}

const status: Route = {
  endpoint: 'status',
  method: 'GET',
  path: 'job/status/*',
  handle({ jobs }, { args: [id = ''] }) {
    const job = jobs.get(id)
    followScript(job)
    return jsonReply(statusObject(job))
  },
}

const statusByDomainKey: Route = {
  endpoint: 'status_by_domain_key',
  method: 'GET',
  path: 'job/status_by_domain_key/*',
  handle({ jobs }, { args: [key = ''] }) {
    const job = jobs.byDomainKey(key)
    followScript(job)
    return jsonReply(statusObject(job))
  },
}

const statistics: Route = {
  endpoint: 'statistics',
  method: 'GET',
  path: 'job/statistics/*',
  handle({ jobs }, { args: [id = ''] }) {
    const job = jobs.get(id)
    return jsonReply({ records_inserted: String(isFinished(job) ? job.recordsInserted : 0) })
  },
}

export const jobRoutes: readonly Route[] = [list, show, status, statusByDomainKey, statistics]
