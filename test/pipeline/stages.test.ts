import { Readable, Writable } from 'node:stream'
import { pipeline as connect } from 'node:stream/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import {
  compress,
  createPlan,
  encode,
  frame,
  gunzip,
  parseSchema,
  type RowBlock,
  readRows,
} from '../../src/advanced.js'
import { limit, type Row, select } from '../../src/index.js'
import { packRows, pieces } from '../support/msgpack/encoded-results.js'
import { memoryWritable } from '../support/streams/writables.js'

const SCHEMA = parseSchema('[["id","bigint"],["name","varchar"]]')
const ROWS = Array.from({ length: 20_000 }, (_, i) => [i, `name ${i}`])
const PACKED = packRows(ROWS)
const body = () => Readable.from(pieces(gzipSync(PACKED), 1000), { objectMode: false })

t.test('the stages make a pipeline of their own', async (t) => {
  const { writable, bytes } = memoryWritable()
  const plan = createPlan(SCHEMA, select(['name']), limit(2))
  await connect(body(), gunzip(), encode({ format: 'csv' }, plan), compress('gzip'), writable)
  t.equal(gunzipSync(bytes()).toString(), 'name\nname 0\nname 1\n')
})

t.test('blocks hold whole rows, and anything may stand between the stages', async (t) => {
  const seen: Row[] = []
  let next = 0
  const check = async function* (blocks: AsyncIterable<RowBlock>) {
    for await (const block of blocks) {
      t.equal(block.firstRow, next)
      next += block.rows
      yield block
    }
  }
  const collect = new Writable({
    objectMode: true,
    write(rows: Row[], _encoding, done) {
      seen.push(...rows)
      done()
    },
  })
  await connect(body(), gunzip(), frame(SCHEMA), check, readRows(createPlan(SCHEMA)), collect)
  t.equal(next, ROWS.length)
  t.strictSame(
    seen.map((row) => [row.id, row.name]),
    ROWS,
  )
})

t.test('blocks go back to bytes', async (t) => {
  const { writable, bytes } = memoryWritable()
  const bytesOf = async function* (blocks: AsyncIterable<RowBlock>) {
    for await (const block of blocks) yield block.bytes
  }
  const plan = createPlan(SCHEMA)
  await connect(body(), gunzip(), frame(SCHEMA), bytesOf, encode({ format: 'msgpack' }, plan), writable)
  t.ok(bytes().equals(PACKED))
})

t.test('a slow reader holds the framing back', async (t) => {
  let taken = 0
  const source = Readable.from(
    (function* () {
      for (let i = 0; i < 200; i++) {
        taken++
        yield PACKED
      }
    })(),
    { objectMode: false, highWaterMark: 1 },
  )
  const blocks = source.pipe(frame(SCHEMA))
  const iterator = blocks[Symbol.asyncIterator]()
  await iterator.next()
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.ok(taken * PACKED.length < 6 * 1024 * 1024, `${taken * PACKED.length} bytes were taken for one block`)
  source.destroy()
  blocks.destroy()
})

t.test('each stage fails with the error of its kind', async (t) => {
  const into = () => memoryWritable().writable
  const plain = (bytes: Uint8Array) => Readable.from([bytes], { objectMode: false })
  const plan = createPlan(SCHEMA)
  await t.rejects(connect(plain(PACKED), gunzip(), into()), { code: 'E_GZIP' })
  const cut = plain(PACKED.subarray(0, PACKED.length - 1))
  await t.rejects(connect(cut, encode({ format: 'csv' }, plan), into()), { code: 'E_MSGPACK_TRUNCATED' })
  const framed = (bytes: Uint8Array) =>
    connect(plain(bytes), frame(SCHEMA), readRows(plan), async (rows) => {
      for await (const _ of rows);
    })
  await t.rejects(framed(PACKED.subarray(0, PACKED.length - 1)), { code: 'E_MSGPACK_TRUNCATED' })
  await t.rejects(framed(packRows([[1]])), { code: 'E_SCHEMA' })
  await t.rejects(framed(packRows([[2n ** 60n, 'a']])), { code: 'E_TYPE', message: /row 1, column "id"/ })
  t.throws(() => createPlan(SCHEMA, select(['nothing'])), { code: 'E_USAGE' })
})
