/** A reply about another job than the one that was asked about is never taken for an answer. */
import t from 'tap'
import type { Client } from '../../src/client/index.js'
import { record } from '../support/client/job.js'
import { reply, startServer, testClient } from '../support/client/server.js'

const FOREIGN = { ...record('success'), job_id: '20', former_status: 'running', domain_key: 'other' }
const OWN = { ...record('success'), former_status: 'running', domain_key: 'k' }
const QUICK = { minPoll: 1, maxPoll: 2 }

const CALLS: Readonly<Record<string, (jobs: Client['jobs']) => Promise<unknown>>> = {
  'GET job/status/7': (jobs) => jobs.status(7),
  'GET job/status_by_domain_key/k': (jobs) => jobs.status({ domainKey: 'k' }),
  'GET job/show/7': (jobs) => jobs.show(7),
  'GET job/statistics/7': (jobs) => jobs.statistics(7),
  'POST job/kill/7': (jobs) => jobs.kill(7),
}

for (const [route, call] of Object.entries(CALLS)) {
  t.test(`E17: ${route}, answered about another job`, async (t) => {
    const server = await startServer(t)
    server.script(route, reply(200, FOREIGN), reply(200, FOREIGN), reply(200, OWN))
    await call(testClient(t, server).jobs)
    t.equal(server.requests.length, 3, 'is asked again')
    server.always(route, reply(200, FOREIGN))
    await t.rejects(call(testClient(t, server).jobs), { code: 'E_PROTOCOL', exitCode: 12 })
    t.equal(server.requests.length, 6, 'not for ever')
    await t.rejects(call(testClient(t, server, { retries: 0 }).jobs), { code: 'E_PROTOCOL' })
    t.equal(server.requests.length, 7, 'and by the policy')
  })
}

t.test('E17: polls answered about another job', async (t) => {
  for (const what of ['status', 'show'] as const) {
    const server = await startServer(t)
    const route = `GET job/${what}/7`
    server.script(route, reply(200, FOREIGN), reply(200, record('running')), reply(200, FOREIGN))
    server.script(route, reply(200, OWN))
    const seen: string[] = []
    const onStatus = ({ jobId, status }: { jobId: string; status: string }) => seen.push(`${jobId} ${status}`)
    const options = { ...QUICK, onStatus, engineProgress: what === 'show' }
    t.equal((await testClient(t, server).jobs.wait(7, options)).jobId, '7')
    t.same(seen, ['7 running', '7 success'])
  }
})

t.test('E17: the reason of a failure is not that of another job', async (t) => {
  const server = await startServer(t)
  server.script('GET job/status/7', reply(200, record('error')))
  server.always(
    'GET job/show/7',
    reply(200, { ...FOREIGN, status: 'error', debug: { stderr: 'their secret' } }),
  )
  await t.rejects(testClient(t, server).jobs.wait(7, QUICK), { code: 'E_PROTOCOL' })
})

t.test('E17, E6: a record of another job does not prove whose query has the key', async (t) => {
  const server = await startServer(t)
  server.script('POST job/issue/trino/db', reply(409, { details: { conflicts_with: '7' } }))
  server.always('GET job/show/7', reply(200, FOREIGN))
  const { jobs } = testClient(t, server)
  const issuing = jobs.issue({ query: 'select 1', database: 'db', domainKey: 'k' })
  await t.rejects(issuing, { code: 'E_PROTOCOL', exitCode: 12 })
})

t.test('E17: a reply without an id is about the job that was asked about', async (t) => {
  const server = await startServer(t)
  const anonymous = { ...OWN, job_id: undefined }
  for (const route of ['GET job/status/7', 'GET job/show/7']) {
    server.script(route, reply(200, anonymous), reply(200, { ...anonymous, job_id: null }))
  }
  const { jobs } = testClient(t, server)
  for (const call of [() => jobs.status(7), () => jobs.show(7)]) {
    t.equal((await call()).jobId, '7')
    t.equal((await call()).jobId, '7')
  }
})

t.test('E19: a schema of a success that makes no sense is not taken for an absent one', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server, { retries: 0 })
  for (const schema of [5, true, { n: 'bigint' }]) {
    server.always('GET job/show/7', reply(200, { ...record('success'), hive_result_schema: schema }))
    await t.rejects(jobs.show(7), { code: 'E_PROTOCOL', message: /hive_result_schema/ }, `${schema}`)
    server.always('GET job/show/7', reply(200, { ...record('running'), hive_result_schema: schema }))
    t.equal((await jobs.show(7)).hiveResultSchema, null)
  }
  for (const none of [null, '', undefined]) {
    server.always('GET job/show/7', reply(200, { ...record('success'), hive_result_schema: none }))
    t.equal((await jobs.show(7)).hiveResultSchema, null)
  }
})

t.test('E19: counts of a success that make no sense are not taken for absent ones', async (t) => {
  for (const name of ['num_records', 'result_size']) {
    for (const value of ['-1', '2.5', '1e400', '"text"', 'true', '{}', '9007199254740993']) {
      const server = await startServer(t)
      const body = JSON.stringify({ ...record('success'), [name]: 'VALUE' }).replace('"VALUE"', value)
      server.always('GET job/show/7', reply(200, body))
      const { jobs } = testClient(t, server, { retries: 0 })
      await t.rejects(jobs.show(7), { code: 'E_PROTOCOL', message: new RegExp(name) }, `${name} ${value}`)
      // While the job runs nothing is counted yet.
      server.always('GET job/show/7', reply(200, body.replace('"success"', '"running"')))
      t.equal((await jobs.show(7)).status, 'running')
    }
  }
  const server = await startServer(t)
  const counts = { num_records: '12', result_size: null }
  server.always('GET job/show/7', reply(200, { ...record('success'), ...counts }))
  t.match(await testClient(t, server).jobs.show(7), { numRecords: 12, resultSize: null })
})
