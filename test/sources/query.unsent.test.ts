import { createServer } from 'node:net'
import t from 'tap'
import { connect, rows } from '../../src/index.js'
import { close, startServer, TEST_KEY } from '../support/client/server.js'

/** What a query fails with at this endpoint. */
async function failureAt(endpoint: string, retries = 0) {
  const td = connect({ endpoint, apiKey: TEST_KEY, retries, retryDelay: 1 })
  try {
    for await (const _ of rows(td.query('select 1', { database: 'db' })));
  } catch (error) {
    return error as { code: string; hint?: string }
  } finally {
    await td.close()
  }
  throw new Error('it did not fail')
}

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

const HINT = /may have issued the job all the same: --domain-key /

t.test('a query that never got as far as the server does not say that it may have a job', async (t) => {
  for (const [endpoint, code] of [
    [`http://127.0.0.1:${await freePort()}`, 'E_NET'],
    [`http://localhost:${await freePort()}`, 'E_NET'],
    ['https://td-sluice.invalid', 'E_DNS'],
  ] as const) {
    for (const retries of [0, 2]) {
      const failure = await failureAt(endpoint, retries)
      t.equal(failure.code, code)
      t.notMatch(failure.hint ?? '', HINT, endpoint)
    }
  }
})

t.test('one whose first attempt was sent says so, also when the server is gone since', async (t) => {
  const server = await startServer(t)
  server.always('POST job/issue/trino/db', close())
  t.match((await failureAt(server.url)).hint, HINT)

  const gone = await startServer(t)
  gone.always('POST job/issue/trino/db', async (socket) => {
    const ended = gone.close()
    socket.destroy()
    await ended
  })
  t.match((await failureAt(gone.url, 2)).hint, HINT)
  t.equal(gone.requests.length, 1)
})
