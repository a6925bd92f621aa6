import { execFileSync } from 'node:child_process'
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import t, { type Test } from 'tap'
import { csv, parquet, partitionBy, rowsTo, type Sink, tee } from '../../src/index.js'
import { DEFAULT_LIMITS } from '../../src/model/limits.js'
import { parseSchema } from '../../src/schema/schema-parser.js'
import type { Output } from '../../src/sinks/targets/index.js'
import { borrowStream } from '../../src/sinks/targets/stream.js'
import { identityPlan } from '../../src/transforms/columns.js'
import { packRows } from '../support/msgpack/encoded-results.js'
import { openOutput } from '../support/streams/outputs.js'

const BOOM = new Error('boom')

const sinkhole = () => new Writable({ write: (_chunk, _encoding, done) => done() })

/** Makes an output of each kind, and whatever must live as long as it does. */
const OUTPUTS: Readonly<Record<string, (t: Test) => Promise<Output>>> = {
  'a file': (t) => openOutput(join(t.testdir(), 'out')),
  'a device': () => openOutput('/dev/null'),
  'a FIFO': async (t) => {
    const path = join(t.testdir(), 'fifo')
    execFileSync('mkfifo', [path])
    const reader: Readable = createReadStream(path).resume()
    t.teardown(() => reader.destroy())
    return openOutput(path)
  },
  'a stream of the program': () => openOutput(sinkhole()),
  stdout: async () => borrowStream(sinkhole(), 'stdout'),
}

for (const [name, open] of Object.entries(OUTPUTS)) {
  t.test(`${name}: commit after a failed stream rejects with its failure`, async (t) => {
    const output = await open(t)
    output.writable.on('error', () => {})
    output.writable.write('x')
    output.writable.destroy(BOOM)
    const failure = await output.commit().catch((error) => error)
    t.ok(failure === BOOM || failure.cause === BOOM, failure.message)
    await output.discard()
  })

  t.test(`${name}: commit before the end is a mistake of the caller`, async (t) => {
    const output = await open(t)
    output.writable.on('error', () => {})
    output.writable.write('x')
    await t.rejects(output.commit(), { code: 'E_INTERNAL', message: /not finished yet/ })
  })
}

const SINKS: Readonly<Record<string, (folder: string) => Sink>> = {
  csv: (folder) => csv(join(folder, 'out.csv')),
  'csv, compressed': (folder) => csv(join(folder, 'out.csv.gz')),
  parquet: (folder) => parquet(join(folder, 'out.parquet')),
  partitionBy: (folder) => partitionBy(['id'], (path) => csv(`${path}.csv`), { folder }),
  rowsTo: () => rowsTo(() => {}),
  tee: (folder) => tee(csv(join(folder, 'a.csv')), csv(join(folder, 'b.csv'))),
}

for (const [name, make] of Object.entries(SINKS)) {
  t.test(`${name}: commit after a failed input rejects with its failure and publishes nothing`, async (t) => {
    const folder = t.testdir()
    const schema = parseSchema(
      JSON.stringify([
        ['id', 'bigint'],
        ['text', 'varchar'],
      ]),
      DEFAULT_LIMITS,
    )
    const sink = await make(folder).open({
      plan: identityPlan(schema),
      limits: DEFAULT_LIMITS,
      signal: new AbortController().signal,
      jobId: undefined,
      notice: () => {},
      limitReached: () => {},
    })
    sink.input.on('error', () => {})
    await new Promise((resolve) => sink.input.write(packRows([[1, 'one']]), resolve))
    sink.input.destroy(BOOM)
    const failure = await sink.commit().catch((error) => error)
    t.ok(failure === BOOM || failure.cause === BOOM, failure.message)
    await sink.discard()
    t.strictSame(readdirSync(folder), [])
  })
}

t.test('parquet: an output that fails between the last row and the commit ends the commit', async (t) => {
  const output = sinkhole()
  const schema = parseSchema(JSON.stringify([['id', 'bigint']]), DEFAULT_LIMITS)
  const sink = await parquet(output).open({
    plan: identityPlan(schema),
    limits: DEFAULT_LIMITS,
    signal: new AbortController().signal,
    jobId: undefined,
    notice: () => {},
    limitReached: () => {},
  })
  await new Promise<void>((resolve) => sink.input.end(packRows([[1]]), resolve))
  output.destroy(BOOM)
  await new Promise((resolve) => setImmediate(resolve))
  await t.rejects(sink.commit(), { code: 'E_IO', cause: BOOM })
  await sink.discard()
})
