import { setTimeout as sleep } from 'node:timers/promises'
import { tableFromIPC } from 'apache-arrow'
import t from 'tap'
import { job, limit, map, open, recordBatches, select } from '../../src/index.js'
import { readArrow } from '../support/arrow/reader.js'
import { memorySource, packRows, resultOf } from '../support/msgpack/encoded-results.js'
import { eventually } from '../support/process/eventually.js'
import { bulkyJob, downloads, sandboxFor } from '../support/sandbox/results.js'
import { collect } from '../support/streams/collect.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['names', 'array(varchar)'],
] as const

const ROWS = Array.from({ length: 1000 }, (_, i) => [i, i % 3 === 0 ? null : [`a${i}`, null]])
const READ = ROWS.map(([id, names]) => [BigInt(id as number), names])

const rowsOf = (batches: readonly Uint8Array[]) => batches.flatMap((batch) => readArrow(batch))

t.test(
  'each batch is a stream of its own, in memory of its own, which is opened without copying',
  async (t) => {
    const source = resultOf(SCHEMA, ROWS, { chunkBytes: 1000 })
    const batches = await collect(recordBatches(source, { batchRows: 300 }))
    t.strictSame(
      batches.map((batch) => tableFromIPC(batch).numRows),
      [300, 300, 300, 100],
    )
    t.strictSame(rowsOf(batches), READ)
    for (const batch of batches) {
      t.equal(batch.byteLength, batch.buffer.byteLength, 'nothing else is in its memory')
      const [column] = tableFromIPC(batch).batches[0]!.data.children
      t.equal(column!.values.buffer, batch.buffer)
    }
  },
)

t.test('transforms and a limit shape the rows', async (t) => {
  const transforms = [map((row: { id: number }) => ({ id: row.id * 2 })), select(['id']), limit(7)]
  const batches = await collect(recordBatches(resultOf(SCHEMA, ROWS), { transforms, batchRows: 5 }))
  t.strictSame(
    rowsOf(batches),
    [0n, 2n, 4n, 6n, 8n, 10n, 12n].map((id) => [id]),
  )
})

t.test('a result without rows gives the schema', async (t) => {
  const batches = await collect(recordBatches(resultOf(SCHEMA, [])))
  t.equal(batches.length, 1)
  t.strictSame(
    tableFromIPC(batches[0]!).schema.fields.map(({ name }) => name),
    ['id', 'names'],
  )
})

t.test('what is wrong with a result, a value or a count ends the loop with its error', async (t) => {
  const cut = memorySource(packRows(ROWS).subarray(0, 999), {
    compression: 'none',
    schemaText: JSON.stringify(SCHEMA),
  })
  await t.rejects(collect(recordBatches(cut)), { code: 'E_MSGPACK_TRUNCATED' })
  const misfit = resultOf(SCHEMA, [...ROWS, ['x', null]])
  await t.rejects(collect(recordBatches(misfit)), { code: 'E_TYPE', message: /^row 1001, column "id"/ })
  await t.rejects(collect(recordBatches(resultOf(SCHEMA, ROWS, { expectedRows: 1001 }))), {
    code: 'E_ROW_COUNT',
  })
  const notices: string[] = []
  const nulled = recordBatches(resultOf(SCHEMA, [['x', ['\ud800']]]), {
    onTypeError: 'null',
    onProgress: (event) => event.type === 'notice' && notices.push(event.code),
  })
  t.strictSame(rowsOf(await collect(nulled))[0]![0], null)
  t.ok(notices.includes('N_CELLS_NULLED'))
})

t.test('a slow loop holds the download back, and leaving it closes the connection', async (t) => {
  const { sandbox, options } = await sandboxFor(t)
  const id = sandbox.addJob(bulkyJob(24_000, 1000))
  let batches = 0
  for await (const _ of recordBatches(job(id, options), { batchRows: 100 })) {
    if (batches++ > 0) break
    await sleep(400)
    t.ok(
      downloads(sandbox).some(({ ended }) => !ended),
      'the server waits',
    )
  }
  await eventually(() => downloads(sandbox).every(({ ended }) => ended))
})

t.test('an open result gives record batches, once, and its report', async (t) => {
  const result = await open(resultOf(SCHEMA, ROWS))
  t.strictSame(rowsOf(await collect(result.recordBatches({ batchRows: 400 }))), READ)
  t.match(await result.report, { format: 'arrows', rows: 1000, rowsWritten: 1000 })
  await t.rejects(collect(result.recordBatches()), { code: 'E_USAGE' })
  const wrong = await open(resultOf(SCHEMA, ROWS))
  await t.rejects(collect(wrong.recordBatches({ shape: 'array' } as never)), { code: 'E_USAGE' })
})
