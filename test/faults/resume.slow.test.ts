/** Downloads that are resumed while rows are on their way, and servers that lie about what they resume. */

import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { rows } from '../../src/index.js'
import { job } from '../../src/sources/job.js'
import { finishedJob } from '../support/client/job.js'
import { cut, honest, RESULT, serve } from '../support/client/result.js'
import { startServer, testClient } from '../support/client/server.js'
import { COLUMNS, csvOf, OLD, packRows, textRows, WholeRuns } from '../support/faults/run.js'

t.test('B4: a part that is announced rightly and holds other bytes is found out', async (t) => {
  const wanted = textRows(3000)
  const bytes = gzipSync(packRows(wanted))
  const runs = await WholeRuns.start(t, ['--retries', '3'])
  runs.serve(bytes, wanted.length)
  for (const at of [20_000, 25_000, bytes.length - 1]) {
    const lie = Buffer.from(bytes)
    lie[at]! ^= 0x10
    const { exit, file, stderr } = await runs.run([cut(bytes, 15_000, 'close'), serve(lie)])
    t.equal(exit, 12, stderr)
    t.equal(file, OLD)
  }
})

t.test('B1, B2: neither is another result in full taken for the rest, nor spliced', async (t) => {
  const wanted = textRows(3000)
  const bytes = gzipSync(packRows(wanted))
  const other = gzipSync(packRows(textRows(3000, 2)))
  const runs = await WholeRuns.start(t, ['--retries', '3'])
  runs.serve(bytes, wanted.length, { result_size: null })
  const changed = await runs.run([cut(bytes, 15_000, 'close'), serve(other, { etag: '"v2"' })])
  t.equal(changed.exit, 12)
  t.match(changed.stderr, /E_RESULT_CHANGED/)
  t.equal(changed.file, OLD)
  const same = await runs.run([cut(bytes, 15_000, 'close'), serve(bytes, { etag: '"v2"' })])
  t.equal(same.exit, 0, 'the same bytes under another tag are the same result')
  t.equal(same.file, csvOf(wanted))
})

t.test(
  'B9: rows that wait for a slow reader when the connection breaks are neither lost nor repeated',
  async (t) => {
    const wanted = textRows(100_000)
    const bytes = gzipSync(packRows(wanted))
    const server = await startServer(t)
    finishedJob(server, bytes, { num_records: wanted.length, hive_result_schema: COLUMNS })
    const fifth = Math.floor(bytes.length / 5)
    server.script(RESULT, ...Array.from({ length: 4 }, () => cut(bytes, fifth, 'reset')))
    const client = testClient(t, server, { retryDelay: 0 })
    let next = 0
    for await (const row of rows(job('7', { connection: client }), { shape: 'array' })) {
      if (row[0] !== next || row[1] !== wanted[next]![1]) t.fail(`row ${next} is ${row}`)
      if (++next % 10_000 === 0) await sleep(20)
    }
    t.equal(next, wanted.length)
  },
)

t.test('A12: the server has sent everything and closes while the file is slow', async (t) => {
  const wanted = textRows(50_000)
  const bytes = gzipSync(packRows(wanted))
  const server = await startServer(t)
  finishedJob(server, bytes, { num_records: wanted.length, hive_result_schema: COLUMNS })
  server.always(RESULT, (socket, request) => {
    const [start, body] = honest(request, bytes, { headers: { connection: 'close' } })
    socket.write(start)
    socket.end(body)
  })
  const client = testClient(t, server)
  let count = 0
  for await (const _ of rows(job('7', { connection: client }))) if (++count % 5000 === 0) await sleep(10)
  t.equal(count, wanted.length)
})
