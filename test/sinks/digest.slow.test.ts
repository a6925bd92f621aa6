import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TransformStream } from 'node:stream/web'
import t from 'tap'
import {
  csv,
  type Destination,
  open,
  parquet,
  partitionBy,
  pipeline,
  rowsTo,
  type Sink,
  tee,
} from '../../src/index.js'
import type { Target } from '../../src/sinks/targets/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { SINKS_OF_FORMATS } from '../support/sinks/formats.js'
import { memoryWritable } from '../support/streams/writables.js'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Enough for several pieces of output. */
const result = () =>
  resultOf(
    [
      ['n', 'bigint'],
      ['text', 'varchar'],
    ],
    Array.from({ length: 30_000 }, (_, n) => [n % 3, `text ${n}`.repeat(9)]),
  )

const SINKS: Readonly<Record<string, (destination: Destination) => Sink>> = {
  ...SINKS_OF_FORMATS,
  'csv, gzip': (destination) => csv(destination, { compression: 'gzip' }),
  'parquet, zlib pages': (destination) => parquet(destination, { codec: 'gzip' }),
}

for (const [name, sink] of Object.entries(SINKS)) {
  t.test(
    `${name}: the report has the hash of the file, and of the bytes that a stream was given`,
    async (t) => {
      const path = join(t.testdir(), 'out')
      const report = await pipeline(result(), sink(path))
      t.equal(report.sha256, sha256(readFileSync(path)))
      t.not(report.resultSha256, report.sha256)
      const { writable, bytes } = memoryWritable()
      const streamed = await pipeline(result(), sink(writable))
      t.equal(streamed.sha256, sha256(bytes()))
      t.equal(streamed.resultSha256, report.resultSha256)
    },
  )
}

t.test('so have outputs of a web stream and of a target of the program', async (t) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const read = (async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of readable) chunks.push(Uint8Array.from(chunk))
    return Buffer.concat(chunks)
  })()
  const report = await pipeline(result(), csv(writable))
  t.equal(report.sha256, sha256(await read))
  const memory = memoryWritable()
  const own: Target = {
    name: 'own',
    prepare: async () => {},
    open: async () => ({
      writable: memory.writable,
      path: undefined,
      get bytesWritten() {
        return memory.bytes().length
      },
      commit: async () => {},
      discard: async () => {},
    }),
  }
  t.equal((await pipeline(result(), csv(own))).sha256, sha256(memory.bytes()))
})

t.test('each of several files has its own, and the report has none', async (t) => {
  const folder = t.testdir()
  const files = (
    await Promise.all([
      pipeline(
        result(),
        tee(
          csv(join(folder, 'a.csv.gz')),
          parquet(join(folder, 'a.parquet')),
          rowsTo(() => {}),
        ),
      ),
      pipeline(
        result(),
        partitionBy(['n'], (path) => csv(`${path}.csv`), { folder }),
      ),
    ])
  ).flatMap((report) => {
    t.equal(report.sha256, undefined)
    return report.files!
  })
  t.equal(files.length, 5)
  for (const file of files) t.equal(file.sha256, sha256(readFileSync(file.path)), file.path)
})

t.test('rows have none, nor has an output where nobody asks', async (t) => {
  t.equal(
    (
      await pipeline(
        result(),
        rowsTo(() => {}),
      )
    ).sha256,
    undefined,
  )
  const options = { hashOutput: false }
  t.equal((await pipeline(result(), csv(memoryWritable().writable), options)).sha256, undefined)
  const opened = await open(result(), options)
  const report = await opened.to(tee(parquet(join(t.testdir(), 'a.parquet'))))
  t.equal(report.files![0]!.sha256, undefined)
  t.match(report.resultSha256, /^[0-9a-f]{64}$/)
})
