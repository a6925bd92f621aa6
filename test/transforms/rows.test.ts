import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import * as z from 'zod'
import {
  cast,
  csv,
  filter,
  flatMap,
  limit,
  map,
  ndjson,
  pipeline,
  type RowFunction,
  type Transform as Step,
  tap,
  through,
  validate,
} from '../../src/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { memoryWritable } from '../support/streams/writables.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['name', 'varchar'],
] as const
const ROWS = Array.from({ length: 20 }, (_, i) => [i, `n${i}`])

/** The NDJSON that a result becomes, parsed. */
async function run(steps: readonly Step[], rows: readonly unknown[][] = ROWS, options = {}) {
  const { writable, text } = memoryWritable()
  await pipeline(resultOf(SCHEMA, rows), ...steps, ndjson(writable), options)
  return text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

t.test('concurrency bounds the calls under way and keeps the order', async (t) => {
  let running = 0
  let most = 0
  const slow = async <T>(result: T, id: number) => {
    most = Math.max(most, ++running)
    await sleep(id % 3 === 0 ? 12 : 2)
    running--
    return result
  }
  const options = { concurrency: 4 }
  const functions: [string, RowFunction, unknown[]][] = [
    ['map', map((row, i) => slow({ id: row.id }, i), options), ROWS.map(([id]) => id)],
    [
      'filter',
      filter((row, i) => slow(Number(row.id) % 2 === 0, i), options),
      ROWS.map(([id]) => id).filter((id) => Number(id) % 2 === 0),
    ],
    [
      'flatMap',
      flatMap((row, i) => slow([{ id: row.id }, { id: row.id }], i), options),
      ROWS.flatMap(([id]) => [id, id]),
    ],
    ['tap', tap((_, i) => slow(undefined, i), options), ROWS.map(([id]) => id)],
  ]
  for (const [name, step, expected] of functions) {
    most = 0
    const ids = (await run([step])).map((row) => row.id)
    t.strictSame(ids, expected, name)
    t.equal(most, 4, `${name} ran four at once`)
  }
  t.throws(() => map((row) => row, { concurrency: 0 }), { code: 'E_USAGE' })
})

t.test('a function that fails ends the run, with its row, and no more calls are started', async (t) => {
  let calls = 0
  const failing = async () => {
    if (++calls === 3) throw new Error('third')
    await sleep(20)
    return {}
  }
  await t.rejects(run([map(failing, { concurrency: 2 })]), {
    code: 'E_CALLBACK',
    message: 'the function for row 3 failed: third',
  })
  t.ok(calls <= 4)
  const lazily = flatMap(function* (row) {
    yield row
    if (row.id === 1) throw new Error('later')
  })
  await t.rejects(run([lazily]), { code: 'E_CALLBACK', message: 'the function for row 2 failed: later' })
  const nothing = map(() => undefined as never)
  await t.rejects(run([nothing]), { code: 'E_CALLBACK', message: /returned undefined/ })
})

t.test('tap sees every row, typed, and changes nothing', async (t) => {
  const seen: unknown[] = []
  const { writable, text } = memoryWritable()
  const step = tap((row, index) => seen.push([index, row.id]), { int64: 'bigint' })
  await pipeline(resultOf(SCHEMA, ROWS), step, limit(3), csv(writable))
  t.strictSame(seen.slice(0, 2), [
    [0, 0n],
    [1, 1n],
  ])
  t.equal(text(), 'id,name\n0,n0\n1,n1\n2,n2\n')
})

t.test('a cast before a function is done before it', async (t) => {
  const types: string[] = []
  const see = tap((row) => types.push(typeof row.id))
  const rows = await run([cast({ id: 'varchar' }), see, filter((row) => row.id === '7')])
  t.strictSame(rows, [{ id: '7', name: 'n7' }])
  t.strictSame([...new Set(types)], ['string'])
  await t.rejects(run([cast({ name: 'double' }), see]), { code: 'E_TYPE', message: /row 1, column "name"/ })
})

t.test('flatMap takes rows from the iterable as they are needed', async (t) => {
  let made = 0
  const endless = flatMap(function* () {
    for (;;) yield { n: made++, text: 'x'.repeat(1000) }
  })
  const rows = await run([endless, limit(3)], ROWS.slice(0, 1))
  t.strictSame(
    rows.map((row) => row.n),
    [0, 1, 2],
  )
  t.ok(made < 20_000, `${made} rows were made`)
})

t.test('validate passes on what the schema returns, and names what it refuses', async (t) => {
  const schema = z.object({ id: z.number().transform((id) => id * 2), kind: z.string().default('new') })
  t.strictSame((await run([validate(schema)])).slice(0, 2), [
    { id: 0, kind: 'new' },
    { id: 2, kind: 'new' },
  ])
  const strict = z.object({ id: z.number().max(4) })
  await t.rejects(run([validate(strict)]), { code: 'E_TYPE', message: /^row 6, column "id": / })
  const whole = z.object({}).refine(() => false, 'never')
  await t.rejects(run([validate(whole)]), { code: 'E_TYPE', message: 'row 1: never' })
})

t.test('through takes rows from any object stream', async (t) => {
  const twice = new Transform({
    objectMode: true,
    transform(row: { id: number }, _encoding, done) {
      this.push({ id: row.id })
      done(null, { id: -row.id })
    },
    flush(done) {
      done(null, { id: 1000 })
    },
  })
  const ids = (await run([through(twice)])).map((row) => row.id)
  t.strictSame(ids, [...ROWS.flatMap(([id]) => [id, -Number(id)]), 1000])
})

t.test('a stream that fails ends the run, and is destroyed when the run ends early', async (t) => {
  const failing = new Transform({
    objectMode: true,
    transform(_row, _encoding, done) {
      done(new Error('broken'))
    },
  })
  await t.rejects(run([through(failing)]), {
    code: 'E_CALLBACK',
    message: /broken/,
    cause: { message: 'broken' },
  })
  const passing = () => new Transform({ objectMode: true, transform: (row, _e, done) => done(null, row) })
  const limited = passing()
  t.equal((await run([through(limited), limit(2)])).length, 2)
  t.ok(limited.destroyed)
  const upstream = passing()
  const boom = map(() => {
    throw new Error('upstream')
  })
  await t.rejects(run([boom, through(upstream)]), { code: 'E_CALLBACK', message: /upstream/ })
  await t.rejects(run([through(new Transform())]), { code: 'E_USAGE', message: /object mode/ })
})
