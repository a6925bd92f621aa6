import { existsSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { WritableStream } from 'node:stream/web'
import t from 'tap'
import {
  csv,
  type Destination,
  job,
  map,
  type PipelineOptions,
  partitionBy,
  pipeline,
  rows,
  rowsTo,
  type Sink,
  SluiceError,
  type Source,
  select,
  stream,
  type Transform,
  tee,
  through,
} from '../../src/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { SINKS_OF_FORMATS } from '../support/sinks/formats.js'

const SCHEMA = [['n', 'bigint']] as const
const result = () => resultOf(SCHEMA, [[1], [2]])

/** A source whose job fails. */
const failing: Source = {
  kind: 'job',
  open: async () => {
    throw new SluiceError('E_JOB_FAILED', 'the job failed')
  },
}

/** A sink that fails at once, or when it opens. */
const broken = (when: 'prepare' | 'open'): Sink => {
  const fail = async () => {
    throw new SluiceError('E_EXISTS', `no ${when}`)
  }
  return { format: 'broken', open: fail, ...(when === 'prepare' && { prepare: fail }) }
}

const SINKS: Readonly<Record<string, (destination: Destination) => Sink>> = {
  ...SINKS_OF_FORMATS,
  'csv, compressed': (destination) => csv(destination, { compression: 'gzip' }),
  'a tee': (destination) =>
    tee(
      csv(destination),
      rowsTo(() => {}),
    ),
  'a tee of tees': (destination) =>
    tee(
      rowsTo(() => {}),
      tee(csv(destination)),
    ),
}

/** Ways to fail before a sink opens; each with the code that the run, and the stream, end with. */
const FAILURES: Readonly<
  Record<string, { code: string; source?: Source; transforms?: Transform[]; rest?: unknown[]; also?: Sink }>
> = {
  'the job fails': { code: 'E_JOB_FAILED', source: failing },
  'the run was aborted before it began': { code: 'E_INTERRUPTED', rest: [{ signal: AbortSignal.abort() }] },
  'there is no such column': { code: 'E_USAGE', transforms: [select(['none'])] },
  'the schema is damaged': { code: 'E_SCHEMA', source: resultOf(SCHEMA, [], { schemaText: '{' }) },
  'a function fails for the first row': {
    code: 'E_CALLBACK',
    transforms: [
      map(() => {
        throw new Error('oops')
      }),
    ],
  },
  'there is no source': { code: 'E_USAGE', source: undefined as unknown as Source },
  'an option is wrong': { code: 'E_USAGE', rest: [{ signal: 'now' }] },
  'something stands behind the sink': { code: 'E_USAGE', rest: [{}, select(['n'])] },
  'something is no transform': { code: 'E_USAGE', transforms: [5 as unknown as Transform] },
  'another sink of a tee is not ready': { code: 'E_EXISTS', also: broken('prepare') },
  'another sink of a tee does not open': { code: 'E_EXISTS', also: broken('open') },
}

for (const [failure, { code, source, transforms = [], rest = [], also }] of Object.entries(FAILURES)) {
  const run = (sink: Sink, tail: 'before' | 'behind' = 'before') => {
    const all = also === undefined ? sink : tail === 'before' ? tee(also, sink) : tee(sink, also)
    const from = failure === 'there is no source' ? (undefined as unknown as Source) : (source ?? result())
    return pipeline(from, ...transforms, all, ...(rest as [PipelineOptions]))
  }
  for (const [name, sink] of Object.entries(SINKS)) {
    t.test(`${failure}: the stream given to ${name} is destroyed with the failure`, async (t) => {
      const given = new PassThrough()
      await t.rejects(run(sink(given)), { code })
      t.ok(given.destroyed)
      t.match(given.errored, { code })
    })
  }
  t.test(`${failure}: a web stream is aborted with the failure`, async (t) => {
    for (const tail of ['before', 'behind'] as const) {
      const reasons: unknown[] = []
      const given = new WritableStream({ abort: (reason) => void reasons.push(reason) })
      await t.rejects(run(csv(given), tail), { code })
      t.match(reasons, [also === undefined || tail === 'before' ? { code } : { code: String }])
      t.notOk(given.locked)
    }
  })
}

t.test('a client of a server gets no endless response when the job fails', async (t) => {
  const server = createServer((_, response) => {
    pipeline(failing, csv(response)).catch(() => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const error = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
    get({ port, host: '127.0.0.1' }, () => reject(new Error('a response came'))).on('error', resolve)
  })
  t.equal(error.code, 'ECONNRESET')
})

t.test('a job that is not there destroys the stream too', async (t) => {
  const given = new PassThrough()
  const source = job('1', { connection: { apiKey: '1/x', endpoint: 'http://127.0.0.1:1', retries: 0 } })
  await t.rejects(pipeline(source, csv(given)), SluiceError)
  t.ok(given.destroyed)
})

t.test('streams that a partition makes are destroyed when their sink does not open', async (t) => {
  const given = new PassThrough()
  const make = (): Sink => ({
    ...csv(given),
    open: async () => {
      throw new SluiceError('E_IO', 'no')
    },
  })
  const folder = t.testdir()
  await t.rejects(pipeline(result(), partitionBy(['n'], make, { folder, keepColumns: true })), {
    code: 'E_IO',
  })
  t.match(given.errored, { code: 'E_IO' })
})

t.test('what a run was given to read or to pass rows through is destroyed too', async (t) => {
  for (const run of [
    (source: Source, stage: Transform) => pipeline(source, stage, broken('prepare')),
    (source: Source, stage: Transform) =>
      pipeline(source, stage, csv('unused.csv'), 5 as unknown as PipelineOptions),
    async (source: Source, stage: Transform) => {
      const signal = AbortSignal.abort()
      for await (const _ of rows(source, { transforms: [stage], signal }));
    },
  ]) {
    const input = new PassThrough()
    const stage = new PassThrough({ objectMode: true })
    await t.rejects(async () => void (await run(stream(input), through(stage))), SluiceError)
    t.ok(input.destroyed)
    t.ok(stage.destroyed)
  }
})

t.test(
  'a stream that the program has ended, and one that another writer holds, are left alone',
  async (t) => {
    let flushed = false
    const ended = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => {
        setImmediate(() => {
          flushed = true
          done()
        })
      },
    })
    ended.end('the rest')
    await t.rejects(pipeline(result(), csv(ended)), { code: 'E_USAGE' })
    t.notOk(ended.errored)
    await new Promise((resolve) => ended.once('close', resolve))
    t.ok(flushed)
    const aborts: unknown[] = []
    const held = new WritableStream({ abort: (reason) => void aborts.push(reason) })
    const writer = held.getWriter()
    await t.rejects(pipeline(result(), csv(held)), { code: 'E_USAGE' })
    await writer.write('more')
    t.strictSame(aborts, [])
  },
)

t.test('making a sink with wrong options leaves the stream to the program, which may answer with it', (t) => {
  const given = new PassThrough()
  t.throws(() => csv(given, { nul: '' } as object), { code: 'E_USAGE' })
  t.throws(() => tee(csv(given), 5 as unknown as Sink), { code: 'E_USAGE' })
  t.notOk(given.destroyed)
  t.end()
})

t.test('a sink and a target without abandon, and a path, need nothing', async (t) => {
  const path = join(t.testdir(), 'x.csv')
  writeFileSync(path, 'old')
  await t.rejects(pipeline(failing, csv(path)), { code: 'E_JOB_FAILED' })
  await t.rejects(pipeline(result(), broken('open')), { code: 'E_EXISTS' })
  t.ok(existsSync(path))
})
