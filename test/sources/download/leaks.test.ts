import t from 'tap'
import { Download } from '../../../src/sources/download/index.js'
import { bytesOf, cut, gzipOf, RESULT, serve } from '../../support/client/result.js'
import { reply, startServer, testClient } from '../../support/client/server.js'
import { eventually } from '../../support/process/eventually.js'

t.test('F17: failed, finished and abandoned downloads leave nothing behind', async (t) => {
  const bytes = gzipOf(100_000)
  const server = await startServer(t)
  const client = testClient(t, server, { retries: 1, retryDelay: 0 })
  const ending = new AbortController()
  const { signal } = ending
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const open = () =>
    new Download({ client, jobId: '7', expectedBytes: undefined, onBroken: () => {}, signal })
  const round = async () => {
    server.replace(RESULT, [
      serve(bytes),
      reply(404),
      cut(bytes, 500, 'reset'),
      reply(503),
      reply(503),
      serve(bytes),
    ])
    await bytesOf(open())
    await bytesOf(open()).catch(() => {})
    await bytesOf(open()).catch(() => {})
    const abandoned = open()
    await abandoned.connect()
    abandoned.destroy()
  }
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  await round()
  const before = timers()
  for (let i = 0; i < 40; i++) await round()
  await eventually(() => listeners === 0 && timers() <= before + 2 && server.openConnections <= 3)
})
