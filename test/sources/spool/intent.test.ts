import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type QueryOptions, query } from '../../../src/sources/query.js'
import { finishedJob, record, status, testContext } from '../../support/client/job.js'
import { gzipOf } from '../../support/client/result.js'
import {
  reply,
  reset,
  type ScriptedServer,
  type Step,
  startServer,
  testClient,
} from '../../support/client/server.js'

const BYTES = gzipOf(1000)
const ISSUE = 'POST job/issue/trino/db'
const ISSUED = reply(200, { job: '7', job_id: '7', database: 'db' })
const TAKEN = reply(409, { details: { conflicts_with: '7' } })

async function serverOf(t: Test, ...issue: Step[]): Promise<ScriptedServer> {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script(ISSUE, ...issue)
  return server
}

async function run(t: Test, server: ScriptedServer, spool: string, options: Partial<QueryOptions> = {}) {
  const context = testContext()
  const client = testClient(t, server, { retries: 0 })
  const opened = await query('select 1', {
    connection: client,
    database: 'db',
    minPoll: 1,
    spool,
    ...options,
  }).open(context)
  t.teardown(() => opened.close!())
  opened.body.destroy()
  const notices = context.events.flatMap((event) => (event.type === 'notice' ? [event.code] : []))
  const owned = context.events.some((event) => event.type === 'job' && event.issued)
  return { opened, notices, owned }
}

const keysOf = (server: ScriptedServer) =>
  server.requests.flatMap(({ form, method }) => (method === 'POST' ? [form.get('domain_key')] : []))

const intentsIn = (spool: string) =>
  readdirSync(spool).filter((name) => /^query-[0-9a-f]{24}\.json$/.test(name))

t.test('E7: the domain key is on the disk before the query is issued', async (t) => {
  const spool = t.testdir({})
  let recorded = ''
  const server = await serverOf(t, (socket, request) => {
    const [name] = intentsIn(spool)
    recorded = readFileSync(join(spool, name!), 'utf8')
    t.equal(statSync(join(spool, name!)).mode & 0o777, 0o600)
    return ISSUED(socket, request)
  })
  const { opened } = await run(t, server, spool)
  t.ok(recorded.includes(keysOf(server)[0]!))
  t.notMatch(recorded, /select/)
  await opened.close!()
  t.same(readdirSync(spool), [], 'done with')
})

t.test(
  'E7: a run that never heard of its job is followed by one that takes it up, and owns it',
  async (t) => {
    const spool = t.testdir({})
    const server = await serverOf(t, reset(), TAKEN)
    await t.rejects(run(t, server, spool), { code: 'E_NET' })
    const { notices, owned } = await run(t, server, spool)
    const [first, second] = keysOf(server)
    t.equal(first, second)
    t.equal(owned, true)
    t.match(notices, ['N_TAKEN_UP'])
  },
)

t.test('E7: a job of an earlier run that was killed meanwhile is replaced by another', async (t) => {
  const spool = t.testdir({})
  const server = await serverOf(t, reset(), TAKEN, ISSUED)
  await t.rejects(run(t, server, spool))
  server.script('GET job/status/7', status('killed'))
  const { notices } = await run(t, server, spool)
  t.equal(new Set(keysOf(server)).size, 2)
  t.match(notices, ['N_TAKEN_UP', 'N_ISSUED_ANEW'])
})

t.test('a run whose own job fails leaves no intent', async (t) => {
  const spool = t.testdir({})
  const server = await serverOf(t, ISSUED)
  server.always('GET job/status/7', status('error'))
  server.always('GET job/show/7', reply(200, record('error')))
  await t.rejects(run(t, server, spool), { code: 'E_JOB_FAILED' })
  t.same(readdirSync(spool), [])
})

t.test('what the last run left of the day before, or of another query, is not taken up', async (t) => {
  const spool = t.testdir({})
  const server = await serverOf(t, reset(), ISSUED, ISSUED)
  await t.rejects(run(t, server, spool))
  const path = join(spool, intentsIn(spool)[0]!)
  const other = await run(t, server, spool, { scheduledTime: 1 })
  await other.opened.close!()
  const intent = JSON.parse(readFileSync(path, 'utf8'))
  intent.recordedAt = new Date(Date.now() - 25 * 3_600_000).toISOString()
  writeFileSync(path, JSON.stringify(intent))
  await run(t, server, spool)
  t.equal(new Set(keysOf(server)).size, 3)
})

t.test('a second run of the query waits for nobody', async (t) => {
  const spool = t.testdir({})
  const server = await serverOf(t, ISSUED)
  await run(t, server, spool)
  await t.rejects(run(t, server, spool), { code: 'E_LOCKED' })
  t.equal(keysOf(server).length, 1)
})

t.test('a file that is no intent is left alone', async (t) => {
  const spool = t.testdir({})
  const server = await serverOf(t, reset())
  await t.rejects(run(t, server, spool))
  const path = join(spool, intentsIn(spool)[0]!)
  writeFileSync(path, 'something else')
  await t.rejects(run(t, server, spool), { code: 'E_IO', message: /is no record of a query/ })
  t.equal(readFileSync(path, 'utf8'), 'something else')
})

t.test(
  'without a spool, a failure after which there may be a job names the key to find it with',
  async (t) => {
    const server = await serverOf(t, reset())
    const client = testClient(t, server, { retries: 0 })
    const keys: string[] = []
    const source = query('select 1', {
      connection: client,
      database: 'db',
      onIssuing: (key) => keys.push(key),
    })
    const error = await source.open(testContext()).catch((error) => error)
    t.same(keys, keysOf(server))
    t.match(error, { code: 'E_NET', hint: new RegExp(`--domain-key ${keys[0]}`) })
  },
)
