import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { resolveConfig } from '../../src/client/index.js'
import { connect } from '../../src/sources/connection.js'
import type { Source } from '../../src/sources/contract.js'
import { job } from '../../src/sources/job.js'
import { query } from '../../src/sources/query.js'
import { finishedJob, testContext } from '../support/client/job.js'
import { bytesOf, gzipOf, sha256 } from '../support/client/result.js'
import { reply, type ScriptedServer, startServer, TEST_KEY } from '../support/client/server.js'

const BYTES = gzipOf(2000)

/** A server that issues job 7, which has succeeded, in whatever database. */
async function serverWithJob(t: Test): Promise<ScriptedServer> {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  for (const database of ['own', 'theirs', 'env']) {
    server.always(`POST job/issue/trino/${database}`, reply(200, { job_id: '7' }))
  }
  return server
}

/** Names a database in the environment, for one test. */
function setDatabase(t: Test, name: string | undefined): void {
  const before = process.env.TD_DATABASE
  const set = (value: string | undefined) => {
    if (value === undefined) delete process.env.TD_DATABASE
    else process.env.TD_DATABASE = value
  }
  t.teardown(() => set(before))
  set(name)
}

async function read(source: Source): Promise<string> {
  const opened = await source.open(testContext())
  return sha256(await bytesOf(opened.body))
}

t.test('a connection says once where queries and jobs are', async (t) => {
  const server = await serverWithJob(t)
  const td = connect({ endpoint: server.url, apiKey: TEST_KEY, database: 'own' })
  t.teardown(() => td.close())
  t.match(td, { endpoint: server.url, database: 'own' })
  t.equal(await read(td.query('select 1')), sha256(BYTES))
  t.equal(await read(td.query('select 1', { database: 'theirs', priority: 'high' })), sha256(BYTES))
  t.equal(await read(td.job(7)), sha256(BYTES))
  t.equal((await td.jobs.show(7)).jobId, '7')
  await td.jobs.issue({ query: 'select 1' })
  const issued = server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)
  t.strictSame(issued, ['job/issue/trino/own', 'job/issue/trino/theirs', 'job/issue/trino/own'])
})

t.test('a source takes a connection, or its options for a connection of its own', async (t) => {
  const server = await serverWithJob(t)
  const options = { endpoint: server.url, apiKey: TEST_KEY, database: 'own' }
  const td = connect(options)
  t.equal(await read(job(7, { connection: td })), sha256(BYTES))
  t.equal(await read(query('select 1', { connection: td })), sha256(BYTES))
  t.equal(await read(job(7, { connection: options })), sha256(BYTES))
  t.equal(await read(query('select 1', { connection: options })), sha256(BYTES))
  t.equal((await td.jobs.status(7)).status, 'success', 'the connection is left open')
  await td.close()
  await t.rejects(read(td.job(7)), { name: 'SluiceError' })
})

t.test('the database is that of the query, else of the connection, else TD_DATABASE', async (t) => {
  const server = await serverWithJob(t)
  const connection = { endpoint: server.url, apiKey: TEST_KEY }
  setDatabase(t, 'env')
  await read(query('select 1', { connection }))
  await read(connect(connection).query('select 1'))
  await read(query('select 1', { connection: { ...connection, database: 'own' } }))
  await read(query('select 1', { connection: { ...connection, database: 'own' }, database: 'theirs' }))
  const issued = server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)
  t.strictSame(
    issued.map((path) => path.split('/').at(-1)),
    ['env', 'env', 'own', 'theirs'],
  )
})

t.test('without any database a query is a wrong use, at once', async (t) => {
  for (const name of [undefined, '']) {
    setDatabase(t, name)
    const wrong = { code: 'E_USAGE', message: 'no database given', hint: /TD_DATABASE/ }
    t.throws(() => query('select 1'), wrong)
    const td = connect({ apiKey: TEST_KEY, endpoint: 'http://127.0.0.1:1' })
    t.throws(() => td.query('select 1'), wrong)
    await t.rejects(td.jobs.issue({ query: 'select 1' }), wrong)
  }
})

t.test('a setting of the connection among the options of a query is told where it belongs', async (t) => {
  t.throws(() => job(7, { site: 'jp01' } as never), {
    code: 'E_USAGE',
    message: /^job has no option "site"/,
    hint: 'it is one of the connection: connection: { site: … }, or connect({ site: … })',
  })
  t.throws(() => job(7, { connection: { sit: 'jp01' } as never }), {
    code: 'E_USAGE',
    message: 'connection has no option "sit"; did you mean site?',
  })
})

t.test('a configuration that was resolved before makes the same connection', async (t) => {
  const config = resolveConfig({ apiKey: TEST_KEY, site: 'jp01', database: 'own' }, {}, '/nonexistent')
  t.match(connect(config), { endpoint: config.endpoint, database: 'own' })
  t.equal(config.origins.database, 'option')
  t.equal(resolveConfig({}, { TD_DATABASE: 'env' }, '/nonexistent').origins.database, 'TD_DATABASE')
})

t.test('nothing shows the key of a connection, and the end of its block closes it', async (t) => {
  const td = connect({ apiKey: TEST_KEY, endpoint: 'http://127.0.0.1:1' })
  t.notOk(`${inspect(td, { depth: 9, showHidden: true })}${JSON.stringify(td)}`.includes(TEST_KEY))
  await td[Symbol.asyncDispose]()
  await t.rejects(td.jobs.status(7), { name: 'SluiceError' })
})
