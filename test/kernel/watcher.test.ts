import fc from 'fast-check'
import t from 'tap'
import { HASH_PARTS, HASH_WORDS } from '../../src/kernel/numbers.js'
import { createWatcher, type HashRuns, type WatchedColumn } from '../../src/kernel/watcher.js'
import type { CastTarget } from '../../src/model/casts.js'
import type { Plan } from '../../src/model/plan.js'
import {
  array,
  bin,
  ext,
  FALSE,
  fixint,
  float32,
  float64,
  integer,
  map,
  NIL,
  str,
  TRUE,
} from '../support/msgpack/pack.js'
import { errorOf, planOf } from '../support/msgpack/plan.js'

/** Counts of a watcher, and for each key its hashes as texts, in no order, for rows that come in chunks of `chunkBytes`. */
function watch(plan: Plan, columns: readonly WatchedColumn[], rows: readonly Uint8Array[], chunkBytes = 1e6) {
  const watcher = createWatcher(plan, columns, {})
  const bytes = Buffer.concat(rows)
  const keys = columns.filter(({ keyPart }) => keyPart === 'last').map((): string[] => [])
  const take = (pieces: Iterable<HashRuns>) => {
    for (const { hashes, ends } of pieces) {
      let at = 0
      for (const [i, end] of ends.entries()) {
        for (; at < end; at++) {
          const hash = hashes.subarray(at * HASH_WORDS, (at + 1) * HASH_WORDS)
          if ((hash[0]! & (HASH_PARTS - 1)) !== i % HASH_PARTS) throw new Error('a hash in a wrong part')
          keys[Math.floor(i / HASH_PARTS)]!.push(hash.join(' '))
        }
      }
    }
  }
  for (let at = 0; at < bytes.length; at += chunkBytes)
    take(watcher.push(bytes.subarray(at, at + chunkBytes)))
  take(watcher.end())
  return { counts: watcher.counts, keys }
}

/** Hashes of one column that is a key, each by its own watcher; undefined where there is none. */
function hashesOf(cells: readonly Uint8Array[], cast?: CastTarget): (string | undefined)[] {
  const plan = planOf(['c'], cast)
  const columns = [{ column: plan.columns[0]!, keyPart: 'last' }] as const
  return cells.map((cell) => watch(plan, columns, [array([cell])]).keys[0]![0])
}

t.test('a value has the same hash in each form that msgpack has for it', async (t) => {
  const seconds = Buffer.of(0, 0, 0, 7)
  const same = [
    [fixint(7), integer('uint8', 7n), integer('int64', 7n), integer('uint64', 7n), float64(7), float32(7)],
    [fixint(-3), integer('int8', -3n), integer('int64', -3n), float64(-3)],
    [fixint(0), float64(0), float64(-0)],
    [integer('uint64', 2n ** 63n), float64(2 ** 63)],
    [integer('uint64', 2n ** 64n - 2048n), float64(2 ** 64 - 2048)],
    [float64(0.5), float32(0.5)],
    [float64(Number.NaN), float32(Number.NaN)],
    [
      str('abc'),
      str('abc', 1),
      str('abc', 2),
      str('abc', 4),
      bin(Buffer.from('abc')),
      bin(Buffer.from('abc'), 4),
    ],
    [
      ext(-1, seconds),
      ext(-1, Buffer.of(0, 0, 0, 0, ...seconds)),
      ext(-1, Buffer.of(...Buffer.alloc(8), ...seconds)),
    ],
    [ext(5, Buffer.of(1)), ext(5, Buffer.of(1), 1), ext(5, Buffer.of(1), 4)],
  ]
  for (const forms of same) {
    const hashes = hashesOf(forms)
    t.equal(new Set(hashes).size, 1, forms.map((form) => form.toString('hex')).join(' '))
    t.ok(hashes[0])
  }
  const firsts = hashesOf(same.map(([first]) => first!))
  t.equal(new Set(firsts).size, same.length, 'and another one than other values')
})

t.test('values that are not equal have different hashes', async (t) => {
  const texts = Array.from({ length: 70 }, (_, bytes) => str('a'.repeat(bytes)))
  const zeros = Array.from({ length: 40 }, (_, bytes) => str('\0'.repeat(bytes + 1)))
  const ends = Array.from({ length: 40 }, (_, i) => str(`${'a'.repeat(i)}b`))
  const cells = [
    ...texts,
    ...zeros,
    ...ends,
    ...Array.from({ length: 100 }, (_, i) => fixint(i)),
    TRUE,
    FALSE,
    str('1'),
    str('true'),
    float64(0.1),
    float64(1e300),
    float64(Number.POSITIVE_INFINITY),
    float64(Number.NEGATIVE_INFINITY),
    integer('uint64', 2n ** 64n - 1n),
    ext(1, Buffer.from('a')),
    ext(2, Buffer.from('a')),
    ext(-1, Buffer.of(0, 0, 0, 1)),
  ]
  t.equal(new Set(hashesOf(cells)).size, cells.length)
})

t.test('two keys have the same hash only when all their values are equal', async () => {
  const plan = planOf(['a', 'b'])
  const columns: WatchedColumn[] = [
    { column: plan.columns[0]!, keyPart: 'some' },
    { column: plan.columns[1]!, keyPart: 'last' },
  ]
  const cell = fc.constantFrom('', 'a', 'b', 'ab', 'aa', 'a'.repeat(15), 'a'.repeat(16), 'a'.repeat(17))
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(rows, (pairs) => {
      const { keys } = watch(
        plan,
        columns,
        pairs.map((pair) => array(pair.map((text) => str(text)))),
      )
      const distinct = (texts: readonly string[]) => new Set(texts).size
      return distinct(keys[0]!) === distinct(pairs.map((pair) => JSON.stringify(pair)))
    }),
    { numRuns: 300 },
  )
})

t.test('hashes and counts do not depend on chunks, and stop at the limit', async (t) => {
  const plan: Plan = { ...planOf(['a', 'b', 'c']), limit: 900 }
  const columns: WatchedColumn[] = [
    { column: plan.columns[1]!, keyPart: 'none' },
    { column: plan.columns[2]!, keyPart: 'last' },
    { column: plan.columns[0]!, keyPart: 'some' },
    { column: plan.columns[1]!, keyPart: 'last' },
  ]
  const rows = Array.from({ length: 1000 }, (_, i) =>
    array([str('x'.repeat(i % 300)), i % 3 === 0 ? NIL : integer('uint32', BigInt(i)), array([fixint(1)])]),
  )
  const whole = watch(plan, columns, rows)
  t.equal(whole.counts.rows, 900)
  t.strictSame(whole.counts.columns, [
    { nulls: 300, unhashed: 0 },
    { nulls: 0, unhashed: 900 },
    { nulls: 0, unhashed: 0 },
    { nulls: 300, unhashed: 0 },
  ])
  t.strictSame(whole.keys[0], [], 'arrays have no hash')
  t.equal(new Set(whole.keys[1]).size, 600, 'a key with a NULL in it has none either')
  const sorted = ({ counts, keys }: typeof whole) => [counts, keys.map((hashes) => hashes.toSorted())]
  for (const bytes of [1, 7, 300]) t.strictSame(sorted(watch(plan, columns, rows, bytes)), sorted(whole))
})

t.test('the hashes of several keys stay apart in every piece', async (t) => {
  const count = 40_000
  const plan = planOf(['a', 'b'])
  const columns: WatchedColumn[] = plan.columns.map((column) => ({ column, keyPart: 'last' }))
  const cellsOf = (i: number) => [integer('uint32', BigInt(i)), i % 4 === 0 ? NIL : str(`b${i % 100}`)]
  const rows = Array.from({ length: count }, (_, i) => array(cellsOf(i)))
  const { keys } = watch(plan, columns, rows)
  t.strictSame(
    keys.map((hashes) => [hashes.length, new Set(hashes).size]),
    [
      [count, count],
      [(count * 3) / 4, 75],
    ],
  )
})

t.test('keys are compared as the casts of the plan make them', async (t) => {
  const [one, text] = hashesOf([fixint(1), str('1')], 'varchar')
  t.equal(one, text)
  const [whole, number, padded] = hashesOf([str('12'), fixint(12), str('012')], 'bigint')
  t.equal(whole, number)
  t.equal(padded, number)
  t.match(
    errorOf(() => hashesOf([str('x')], 'bigint')),
    { code: 'E_TYPE' },
  )
})

t.test('what is no row ends the watching with the error that encoders have', async (t) => {
  const plan = planOf(['c'])
  const columns = [{ column: plan.columns[0]!, keyPart: 'none' }] as const
  const codeOf = (bytes: Uint8Array) => errorOf(() => watch(plan, columns, [bytes])).code
  t.equal(codeOf(map([])), 'E_ROW_SHAPE')
  t.equal(codeOf(array([NIL, NIL])), 'E_SCHEMA')
  t.equal(codeOf(Buffer.of(0x91, 0xc1)), 'E_MSGPACK')
  t.equal(codeOf(Buffer.of(0x91, 0xd9, 3, 0x61)), 'E_MSGPACK_TRUNCATED')
})
