import { jsonReply } from '../http/reply.js'
import type { Route } from './route.js'

export const killRoute: Route = {
  endpoint: 'kill',
  method: 'POST',
  path: 'job/kill/*',
  handle({ jobs, runner }, { args: [id = ''] }) {
    const job = jobs.get(id)
    const formerStatus = job.status
    runner.kill(job)
    return jsonReply({ former_status: formerStatus, job_id: job.id })
  },
}
