import { inspect } from 'node:util'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { raw, reply, reset, startServer, TEST_KEY, testClient } from '../support/client/server.js'

const SHOW = 'GET job/show/7'
const JOB = { job_id: '7', status: 'success' }

t.test('E8: refusals are told with the words of the server, and not repeated', async (t) => {
  for (const [status, code, exitCode] of [
    [400, 'E_REJECTED', 2],
    [401, 'E_AUTH', 6],
    [403, 'E_FORBIDDEN', 6],
    [404, 'E_NOT_FOUND', 7],
    [405, 'E_REJECTED', 2],
    [409, 'E_CONFLICT', 15],
    [415, 'E_REJECTED', 2],
    [422, 'E_REJECTED', 2],
  ] as const) {
    const server = await startServer(t)
    server.always(SHOW, reply(status, { error: 'because' }))
    await t.rejects(testClient(t, server).jobs.show(7), {
      code,
      exitCode,
      message: `because (HTTP ${status})`,
    })
    t.equal(server.requests.length, 1, code)
  }
})

t.test('the reason is looked for in message, error, text, the body and the status line', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  for (const [body, expected] of [
    [{ message: 'm', error: 'e', text: 't' }, 'm'],
    [{ message: '', error: 'e', text: 't' }, 'e'],
    [{ error: { code: 1 }, text: 't' }, 't'],
    [{ errorMessage: 'x' }, 'x'],
    [{ other: 1 }, '{"other":1}'],
    ['<h1>Bad\n\tGateway</h1>', '<h1>Bad Gateway</h1>'],
    ['', 'Scripted'],
  ] as const) {
    server.script(SHOW, reply(400, body))
    await t.rejects(jobs.show(7), { message: `${expected} (HTTP 400)` })
  }
})

t.test('G5: what a server says cannot steer a terminal', async (t) => {
  const server = await startServer(t)
  server.script(SHOW, reply(400, { message: '\u001b]0;x\u0007a\u202eb\u0085\u0000\r\nE: \u009b1m' }))
  await t.rejects(testClient(t, server).jobs.show(7), {
    message: '\\x1b]0;x\\x07a\\u202eb \\x00 E: \\x9b1m (HTTP 400)',
  })
  server.script(SHOW, reply(400, { message: 'x'.repeat(10_000) }))
  await t.rejects(testClient(t, server).jobs.show(7), { message: /^x{199}… \(HTTP 400\)$/ })
})

t.test('G6: a polluted prototype lends no fields', async (t) => {
  const server = await startServer(t)
  server.script(SHOW, reply(200, JOB), reply(400, {}))
  const { jobs } = testClient(t, server)
  const pollution = { message: 'polluted', type: 'polluted', debug: { stderr: 'polluted' } }
  Object.assign(Object.prototype, pollution)
  try {
    t.match(await jobs.show(7), { type: null, debug: null })
    const error = await jobs.show(7).catch((thrown) => thrown)
    t.equal(error.message, '{} (HTTP 400)')
  } finally {
    for (const name of Object.keys(pollution)) delete (Object.prototype as Record<string, unknown>)[name]
  }
})

t.test('G2: an error about a broken reply does not quote it', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server, { retries: 0 })
  for (const step of [
    raw(`HTTP/1.1 200 OK\r\nno colon ${TEST_KEY}\r\n\r\n`),
    raw(`${TEST_KEY}\r\n\r\n`),
    reply(200, `{"x": ${TEST_KEY}`),
    reply(302, '', { location: `https://evil.example/${TEST_KEY}` }),
  ]) {
    server.script(SHOW, step)
    const error = await jobs.show(7).catch((thrown) => thrown)
    t.type(error, SluiceError)
    t.notMatch(inspect(error, { showHidden: true, depth: null }), TEST_KEY.slice(2))
  }
})

t.test('replies that cannot be used', async (t) => {
  // A proxy on the way may have made these; what HTTP itself refuses, and what is too much, stays so.
  const repeated = new Set(['no JSON', 'empty', 'a list', 'null', 'E3: nothing in it', 'no status'])
  repeated.add('E11: a job id that leads elsewhere').add('204')
  for (const [name, step, code] of [
    ['no JSON', reply(200, '<html>'), 'E_PROTOCOL'],
    ['empty', reply(200, ''), 'E_PROTOCOL'],
    ['a list', reply(200, []), 'E_PROTOCOL'],
    ['null', reply(200, 'null'), 'E_PROTOCOL'],
    ['E3: nothing in it', reply(200, {}), 'E_PROTOCOL'],
    ['no status', reply(200, { job_id: '7' }), 'E_PROTOCOL'],
    ['E11: a job id that leads elsewhere', reply(200, { ...JOB, job_id: '../../user' }), 'E_PROTOCOL'],
    [
      'E12: nested too deep',
      reply(200, `{"job_id":7,"status":"x","x":${'['.repeat(100_000)}`),
      'E_LIMIT_DEPTH',
    ],
    ['E12: too large', reply(200, `{"x":"${'y'.repeat(17 * 1024 * 1024)}"}`), 'E_LIMIT_BODY'],
    ['204', reply(204), 'E_PROTOCOL'],
    ['304', reply(304), 'E_PROTOCOL'],
    ['headers without end', raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(50_000)}\r\n\r\n`), 'E_LIMIT_BODY'],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      server.always(SHOW, step)
      await t.rejects(testClient(t, server).jobs.show(7), { code })
      t.equal(server.requests.length, repeated.has(name) ? 3 : 1)
    })
  }
})

t.test('E12: odd but usable replies', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  const before = Object.getOwnPropertyNames(Object.prototype)
  const odd = `\ufeff{"job_id": 7, "status": "x", "status": "SUCCESS", "__proto__": {"polluted": 1}, "start_at": "",
    "end_at": null, "duration": "12", "cpu_time": "x", "num_records": "123", "result_size": null, "priority": "-2",
    "query": {"in": {}}, "hive_result_schema": "", "linked_result_export_job_id": 9, "result_export_target_job_id": "10",
    "result": "mysql://me:hunter22@host/db", "debug": "none", "new_key": [[[1]]]}`
  server.script(SHOW, reply(200, odd))
  t.match(await jobs.show(7), {
    jobId: '7',
    status: 'success',
    startAt: null,
    endAt: null,
    duration: 12,
    cpuTime: null,
    numRecords: 123,
    resultSize: null,
    priority: -2,
    query: { in: {} },
    hiveResultSchema: null,
    linkedResultExportJobId: '9',
    resultExportTargetJobId: '10',
    result: 'mysql://host/db',
    debug: null,
    type: null,
  })
  t.same(Object.getOwnPropertyNames(Object.prototype), before)
  server.script(
    SHOW,
    reply(200, { ...JOB, hive_result_schema: [['a', 'int']], debug: { stderr: 'x', cmdout: null } }),
  )
  t.match(await jobs.show(7), { hiveResultSchema: '[["a","int"]]', debug: { stderr: 'x', cmdout: null } })
})

t.test('an abort ends a request under way, and a closed client sends nothing', async (t) => {
  const server = await startServer(t)
  const client = testClient(t, server, { idleTimeout: 60_000 })
  const ending = new AbortController()
  server.script(SHOW, () => ending.abort())
  await t.rejects(client.jobs.show(7, { signal: ending.signal }), { code: 'E_INTERRUPTED', exitCode: 130 })
  server.script(SHOW, () => client.close())
  const began = performance.now()
  await t.rejects(client.jobs.show(7), { code: 'E_USAGE' })
  t.ok(performance.now() - began < 30_000, 'it does not wait for the idle timeout')
  await t.rejects(client.jobs.show(7), { code: 'E_USAGE' })
  t.equal(server.requests.length, 2)
})

t.test('a reply cut inside its JSON is asked for again', async (t) => {
  const server = await startServer(t)
  const whole = JSON.stringify(JOB)
  const cut = reset(`HTTP/1.1 200 OK\r\ncontent-length: ${whole.length}\r\n\r\n`, whole.slice(0, 9))
  server.script(SHOW, cut, reply(200, JOB))
  t.equal((await testClient(t, server).jobs.show(7)).status, 'success')
})
