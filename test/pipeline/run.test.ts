import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { OpenSource } from '../../src/advanced.js'
import {
  batches,
  limit,
  ndjson,
  type PipelineOptions,
  type ProgressEvent,
  parquet,
  partitionBy,
  pipeline,
  rowsTo,
  type SluiceError,
  type Source,
} from '../../src/index.js'
import { inspect } from '../../src/inspect/index.js'
import { memorySource, packRows, resultOf } from '../support/msgpack/encoded-results.js'
import { memoryWritable } from '../support/streams/writables.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['name', 'varchar'],
] as const
const ROWS = Array.from({ length: 1000 }, (_, i) => [i, `name ${i}`])

/** All that opens a run, by name: each reads a source to its end. */
const CONSUMERS: Readonly<Record<string, (source: Source, options: PipelineOptions) => Promise<unknown>>> = {
  pipeline: (source, options) => pipeline(source, ndjson(memoryWritable().writable), options),
  batches: async (source, options) => {
    for await (const _ of batches(source, options));
  },
  inspect,
}

/** A result of a job that remembers how it was opened and closed. */
function watched(announced: Partial<OpenSource> = {}) {
  const seen: { signal?: AbortSignal; closed: (SluiceError | undefined)[] } = { closed: [] }
  const inner = resultOf(SCHEMA, ROWS, {
    ...announced,
    close: async (failure) => void seen.closed.push(failure),
  })
  const source: Source = {
    kind: 'job',
    open: (context) => {
      seen.signal = context.signal
      return inner.open(context)
    },
  }
  return { source, seen }
}

for (const [name, consume] of Object.entries(CONSUMERS)) {
  t.test(`${name}: a complete run closes its source once, and says so`, async (t) => {
    const { source, seen } = watched()
    await consume(source, {})
    t.same(seen.closed, [undefined])
  })

  t.test(`${name}: counts that differ from the job record fail the run`, async (t) => {
    for (const [announced, code] of [
      [{ expectedRows: 999 }, 'E_ROW_COUNT'],
      [{ expectedRows: 1001 }, 'E_ROW_COUNT'],
      [{ expectedBytes: 1 }, 'E_SIZE_MISMATCH'],
    ] as const) {
      await t.rejects(consume(watched(announced).source, {}), { code, jobId: '42' })
    }
    await consume(watched({ expectedRows: 1001 }).source, {
      ...(name !== 'inspect' && { verifyCount: false }),
    }).then(
      () => t.not(name, 'inspect'),
      () => t.equal(name, 'inspect', 'which has no such option'),
    )
  })

  t.test(`${name}: the failure reaches the signal and the close of the source`, async (t) => {
    const { source, seen } = watched({ expectedRows: 1001 })
    const failure = await consume(source, {}).catch((error) => error)
    t.equal(seen.signal!.reason, failure)
    t.same(seen.closed.length, 1)
    t.equal(seen.closed[0], failure)
  })

  t.test(`${name}: bytes and rows are reported, at the end all of them`, async (t) => {
    const events: ProgressEvent[] = []
    await consume(watched().source, { onProgress: (event) => events.push(event) })
    const expectedBytes = gzipSync(packRows(ROWS)).byteLength
    const counts = { bytesIn: expectedBytes, totalBytesIn: expectedBytes, rows: 1000, totalRows: 1000 }
    t.match(events.at(-1), { type: 'transfer', ...counts })
    const count = events.length
    await sleep(250)
    t.equal(events.length, count, 'nothing comes behind the end')
  })
}

t.test('loops and inspections are told of texts that were not UTF-8', async (t) => {
  const damaged = Buffer.from([0x91, 0xa3, 0x61, 0xff, 0x62])
  for (const name of ['batches', 'inspect']) {
    const events: ProgressEvent[] = []
    const source = memorySource(gzipSync(damaged), { schemaText: '[["text","varchar"]]' })
    await CONSUMERS[name]!(source, { onProgress: (event) => events.push(event) })
    t.match(
      events.filter(({ type }) => type === 'notice'),
      [{ code: 'N_REPLACED_TEXTS', message: /: 1$/ }],
      name,
    )
  }
})

t.test('a sink that refuses to begin keeps the source from opening', async (t) => {
  let opened = 0
  const source: Source = {
    kind: 'stream',
    open: (context) => {
      opened++
      return resultOf(SCHEMA, ROWS).open(context)
    },
  }
  await t.rejects(pipeline(source, ndjson('/nonexistent/out.ndjson')), { code: 'E_IO' })
  t.equal(opened, 0)
})

t.test('rowsWritten is capped by the limit, though encoders read past it', async (t) => {
  const folder = t.testdir()
  const sinks = {
    parquet: () => parquet(memoryWritable().writable),
    rowsTo: () => rowsTo(() => {}),
    partitionBy: () => partitionBy(['id'], (path) => ndjson(`${path}.ndjson`), { folder }),
  }
  for (const [name, sink] of Object.entries(sinks)) {
    for (const wanted of [0, 2]) {
      const { rows, rowsWritten } = await pipeline(resultOf(SCHEMA, ROWS), limit(wanted), sink())
      t.equal(rowsWritten, wanted, `${name}, limit ${wanted}`)
      if (wanted > 0) t.ok(rows > wanted, `${name} read ${rows}`)
    }
  }
})
