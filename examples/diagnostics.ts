// What td-sluice tells on Node's diagnostics channels: for traces, metrics and logs of a program, without its runs knowing of it.
import { subscribe } from 'node:diagnostics_channel'
import { csv, type JobMessage, pipeline, query, type RequestMessage, type RunMessage } from 'td-sluice'

const requests = new Map<string, number>()
subscribe('td-sluice:request', (message) => {
  const { method, status, errorCode } = message as RequestMessage
  const kind = `${method} ${status ?? errorCode}`
  requests.set(kind, (requests.get(kind) ?? 0) + 1)
})
subscribe('td-sluice:job', (message) => {
  const { run, jobId, status } = message as JobMessage
  console.log(`run ${run}: job ${jobId} ${status}`)
})
subscribe('td-sluice:run', (message) => {
  const told = message as RunMessage
  if (told.event === 'end') console.log(`run ${told.run}: ${told.errorCode ?? `${told.rows} rows`}`)
})

await pipeline(query('select * from www_access limit 10', { database: 'sample_datasets' }), csv('access.csv'))
for (const [kind, count] of requests) console.log(`${count} x ${kind}`)
