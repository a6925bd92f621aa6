/**
 * No text of a server takes longer than its length: not one made to be slow, not one of a megabyte. Each reader of such a
 * text gets each pattern at growing lengths, and may use processor time in proportion, a second for a MiB: up to 8 KiB, one
 * of its forms up to 128 KiB; in the long form (`npm run test:long faults`) up to 64 KiB and 1 MiB. Then whole replies of more than a MiB go through the client, one for each request that it makes.
 */
import t, { type Test } from 'tap'
import { engineProgress } from '../../src/client/engine-progress.js'
import { conflictsWith, httpError } from '../../src/client/http/http-error.js'
import { networkError } from '../../src/client/http/network-error.js'
import { parseRetryAfter } from '../../src/client/http/retry-after.js'
import type { Client } from '../../src/client/index.js'
import { type JobStatus, parseJob } from '../../src/client/job-record.js'
import { parseJsonObject } from '../../src/client/json.js'
import { printable, printableLines } from '../../src/client/printable.js'
import { ioError, messageOf, SluiceError } from '../../src/errors.js'
import { parseSchema } from '../../src/schema/schema-parser.js'
import { parseType } from '../../src/schema/type-parser.js'
import { hideTargets, shownTarget, targetSecrets } from '../../src/secrets/export-target.js'
import { redact } from '../../src/secrets/secret.js'
import { parseContentLength, parseContentRange, strongEtag } from '../../src/sources/download/continuation.js'
import { raw, reply, type Step, startServer, TEST_KEY, testClient } from '../support/client/server.js'

const REPORT = '2026-01-31 05:42:01 running\n'

/** What reads a text of a server, with the beginnings after which it looks closer. */
const READERS: Readonly<Record<string, readonly [read: (text: string) => unknown, ...heads: string[]]>> = {
  type: [parseType, 'interval', 'timestamp', 'time(', 'varchar(', 'row(', 'row("', 'struct<'],
  'nested type': [
    (text) => parseType(text.slice(0, 4000)),
    'row(',
    'row(a ',
    'array(',
    'map(a,',
    'struct<a:',
  ],
  schema: [(text) => orError(() => parseSchema(text)), '[["a","', '['],
  'type in a schema': [(text) => parseSchema(JSON.stringify([['a', text]])), 'interval_'],
  'name in a schema': [(text) => orError(() => parseSchema(JSON.stringify([[text, 'bigint']])))],
  cmdout: [(text) => progressOf(text), REPORT, `${REPORT} 1`, `${REPORT} Stage-1`, `${REPORT} splits:`],
  'query in cmdout': [
    (text) => engineProgress({ query: `${text}!`, debug: { cmdout: text + text, stderr: null } }),
  ],
  record: [(text) => parseJob(everywhere(text), '7'), 'mysql://', '//a:'],
  json: [(text) => orError(() => parseJsonObject(text)), '{"a":"', '{', '\ufeff'],
  'error body': [
    (body) => httpError({ status: 500, reason: '', retryAfter: undefined, date: undefined, body }),
  ],
  'error message': [(text) => errorOf(JSON.stringify({ message: text }))],
  'reason phrase': [
    (reason) => httpError({ status: 500, reason, retryAfter: undefined, date: undefined, body: '' }),
  ],
  conflict: [conflictsWith, '{"details":'],
  'retry-after': [(text) => parseRetryAfter(text, text), 'Mon, ', '1'],
  'content-range': [parseContentRange, 'bytes 0-1/', 'bytes '],
  'content-length': [parseContentLength, '1'],
  etag: [strongEtag, '"', 'W/"'],
  'thrown text': [(text) => messageOf(new Error(text))],
  'network error': [(text) => networkError(new Error(text), 'host'), 'Proxy response (4'],
  'system error': [
    (text) => ioError(Object.assign(new Error(text), { code: 'EIO' }), 'file'),
    'EIO: a, open ',
  ],
  line: [(text) => printable(text)],
  lines: [printableLines],
  'hidden targets': [hideTargets, '//', '//a:', 'a://', 'a://a:', 'a="'],
  target: [(text) => [shownTarget(text), targetSecrets(text)], 's3://', '{"a":"'],
  'hidden keys': [(text) => redact(text, [TEST_KEY, '1111111111111111111111111!'])],
}

/** What texts are made of; whatever an expression repeats, and what comes next in it. */
const UNITS = [
  ...['a', '_', ' ', '\t', '\n', '\r\n', ';', '0', '1', '1,', ',', '.', '/', ':', '@', '-', '%', '=', '!'],
  ...['"', '""', "'", '`', '\\', '(', '<', '[', '{', ')', '>', '\u0085', '\u2028', '\ud83d\ude00', '\ud800'],
  ...['a(', 'a ', 'a,', ' a', '_a', ' to ', 'row(', 'row(a ', 'array(', 'map(a,', 'struct<a:', '"a" '],
  ...[
    '1/',
    '1 of ',
    '1%',
    '1.1',
    'Stage-1: ',
    'Stage-1',
    '1.F ',
    '\n 1',
    '\n1.',
    '//',
    '//a:',
    '//a:b@',
    ", a '",
  ],
  ...['at ', '... 1 more\n', 'error ', REPORT, '2026-01-31 05:42:01', '[["a",', '{"a":', '\n \n', ' \n'],
]
const ENDS = ['', '!', ')']

const KIB = 1024
const LONGEST = 1024 * KIB

/** The greatest length of every pattern of texts, and of one form of each. */
const [EVERYTHING, SOME] = process.env.TEXTS === 'long' ? [64 * KIB, LONGEST] : [8 * KIB, 128 * KIB]

function orError(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof SluiceError) return error
    throw error
  }
}

const progressOf = (cmdout: string) => engineProgress({ query: 'select 1', debug: { cmdout, stderr: null } })

const errorOf = (body: string) =>
  httpError({ status: 422, reason: '', retryAfter: undefined, date: undefined, body })

function everywhere(text: string) {
  const names = [
    'type',
    'query',
    'database',
    'result',
    'url',
    'user_name',
    'created_at',
    'duration',
    'priority',
  ]
  const fields = Object.fromEntries(names.map((name) => [name, text]))
  return { job_id: '7', status: `running ${text}`, ...fields, debug: { cmdout: text, stderr: text } }
}

/** Milliseconds of processor time, the least of three tries when it seems too much: others use the machine too. */
function costOf(read: (text: string) => unknown, text: string, allowedMs: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3 && least > allowedMs; i++) {
    const begin = process.cpuUsage()
    read(text)
    least = Math.min(least, process.cpuUsage(begin).user / 1000)
  }
  return least
}

/** In proportion to the length, a second for a MiB; what takes less than a garbage collection is not measured. */
const allowed = (length: number) => Math.max(25, (1000 * length) / LONGEST)

function textOf(head: string, unit: string, end: string, length: number): string {
  const middle = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
  return head + middle + end
}

for (const [name, [read, ...heads]] of Object.entries(READERS)) {
  t.test(`G9: time grows no faster than the text: ${name}`, async (t) => {
    const slow: string[] = []
    for (const unit of UNITS) {
      for (const head of ['', ...heads]) {
        for (const end of ENDS) {
          const most = head === (heads[0] ?? '') && end === '!' ? SOME : EVERYTHING
          // From a short one on: what is cubic would take hours at the length that is meant.
          for (let length = KIB; length <= most; length *= length < EVERYTHING ? 4 : 16) {
            const ms = costOf(read, textOf(head, unit, end, length), allowed(length))
            if (ms <= allowed(length)) continue
            slow.push(`${JSON.stringify(head + unit)}… ${JSON.stringify(end)}: ${length} took ${ms} ms`)
            break
          }
        }
      }
    }
    t.same(slow, [])
  })
}

t.test('G9: the same texts, by way of the client', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server, { retries: 0 })
  // Each reply has the text three times. The least of three tries counts here as well.
  const timed = async (call: () => Promise<unknown>) => {
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < 3 && least > allowed(3 * LONGEST); i++) {
      const begin = process.cpuUsage()
      await call()
      least = Math.min(least, process.cpuUsage(begin).user / 1000)
    }
    t.ok(least <= allowed(3 * LONGEST), `${least} ms`)
  }
  for (const unit of [';', '\n', '\tat ', "'"]) {
    const text = `select 1${unit.repeat(LONGEST / unit.length)}!`
    const failed = { job_id: '7', status: 'error', debug: { stderr: text, cmdout: text }, query: text }
    server.always('GET job/status/7', reply(200, failed))
    server.always('GET job/show/7', reply(200, failed))
    await timed(() => t.rejects(jobs.wait(7), { code: 'E_JOB_FAILED' }))
    server.always('POST job/issue/trino/db', reply(409, { details: { conflicts_with: 7 } }))
    server.always('GET job/show/7', reply(200, { ...failed, database: 'db' }))
    const issue = { query: text, database: 'db', domainKey: 'k' }
    await timed(async () => t.match(await jobs.issue(issue), { adopted: true }))
    const polled = { ...failed, status: 'success' }
    server.always('GET job/show/7', reply(200, polled))
    await timed(async () => {
      const seen: JobStatus[] = []
      await jobs.wait(7, { engineProgress: true, onStatus: (status) => seen.push(status) })
      t.equal(seen.length, 1)
    })
  }
})

/** A reply to each request that the client makes, with `text` wherever a text may stand. */
const REPLIES: Readonly<Record<string, (text: string) => object>> = {
  'GET job/show/7': everywhere,
  'GET job/status/7': (text) => ({
    job_id: '7',
    status: `running ${text}`,
    created_at: text,
    start_at: text,
  }),
  'GET job/status_by_domain_key/k': (text) => ({ job_id: '7', status: text, duration: text }),
  'GET job/list': (text) => ({ count: 1, from: text, to: text, jobs: [everywhere(text)] }),
  'GET job/statistics/7': (text) => ({ job_id: '7', records_inserted: text, [text]: text }),
  'POST job/issue/trino/db': (text) => ({ job_id: '7', job: text, database: text }),
  'POST job/kill/7': (text) => ({ job_id: '7', former_status: text }),
  'POST job/result_export/7': (text) => ({ job_id: '7', job: text }),
  'POST export/run/db/t': (text) => ({ job_id: '7', type: text, [text]: text }),
}

const CALLS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  'GET job/show/7': ({ jobs }) => jobs.show(7),
  'GET job/status/7': ({ jobs }) => jobs.status(7),
  'GET job/status_by_domain_key/k': ({ jobs }) => jobs.status({ domainKey: 'k' }),
  'GET job/list': ({ jobs }) => jobs.page(),
  'GET job/statistics/7': ({ jobs }) => jobs.statistics(7),
  'POST job/issue/trino/db': ({ jobs }) => jobs.issue({ query: 'select 1', database: 'db', domainKey: 'k' }),
  'POST job/kill/7': ({ jobs }) => jobs.kill(7),
  'POST job/result_export/7': ({ jobs }) => jobs.exportResult(7, { resultUrl: 's3://b/k' }),
  'POST export/run/db/t': (client) => client.exportTable('db', 't', { bucket: 'b' }),
}

/** Ways to answer any request with a text in the head, or in a body that is no reply to it. */
const HEADS: Readonly<Record<string, (text: string) => Step>> = {
  redirect: (text) => reply(302, '', { location: `/v3/${encodeURI(text)}` }),
  'retry-after': (text) => reply(429, '', { 'retry-after': text, date: text }),
  'other headers': (text) =>
    reply(200, { job_id: '7' }, { 'content-type': text, etag: `"${text}"`, [text]: text }),
  'reason phrase': (text) => raw(`HTTP/1.1 503 ${text}\r\ncontent-length: 0\r\n\r\n`),
  'an error of JSON': (text) => reply(422, { error: text, message: text, details: { conflicts_with: text } }),
  'an error page': (text) => reply(403, `<html>${text}`, { 'content-type': 'text/html' }),
  'no JSON': (text) => reply(200, `{"job_id":"7",${text}`),
}

/** Calls must end, with an answer or with a typed error, in the time that is allowed for what was sent. */
async function inTime(t: Test, bytes: number, call: () => Promise<unknown>, what: string): Promise<void> {
  const begin = process.cpuUsage()
  try {
    await call()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
  }
  const ms = process.cpuUsage(begin).user / 1000
  t.ok(ms <= allowed(Math.max(bytes, LONGEST)), `${what}: ${ms} ms for ${bytes} bytes`)
}

const LONG_UNITS = ['a', ' ', ';', "'", '//a:', '\u2028', '_']

for (const [route, call] of Object.entries(CALLS)) {
  t.test(`G9: every text of the reply to ${route} has a MiB`, async (t) => {
    const server = await startServer(t)
    const client = testClient(t, server, { retries: 0 })
    for (const unit of LONG_UNITS) {
      const body = JSON.stringify(REPLIES[route]!(unit.repeat(LONGEST / unit.length)))
      server.always(route, reply(200, body))
      await inTime(t, Buffer.byteLength(body), () => call(client), encodeURI(unit))
    }
  })
}

t.test('G9: heads of a MiB, redirects, errors and pages in place of a reply', async (t) => {
  const server = await startServer(t)
  const client = testClient(t, server, { retries: 0 })
  for (const [name, step] of Object.entries(HEADS)) {
    for (const unit of ['a', ' ', ';', '//', '1']) {
      // Heads beyond 16 KiB are refused as a whole, so both sides of that are tried.
      for (const length of [8 * KIB, LONGEST]) {
        server.always('GET job/show/7', step(unit.repeat(length / unit.length)))
        await inTime(t, length, () => client.jobs.show(7), `${name}, ${JSON.stringify(unit)}, ${length}`)
      }
    }
  }
})
