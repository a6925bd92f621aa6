import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import t from 'tap'
import { HASH_PARTS } from '../../../src/kernel/numbers.js'
import type { HashRuns } from '../../../src/kernel/watcher.js'
import { DistinctKeys } from '../../../src/pipeline/gates/distinct-keys.js'

/** A hash of its own for each number; every third has the same first half, and every fifth the same last one. */
const hashOf = (n: number) => [n % 3 === 0 ? 5 : n * 256 + 1, n % 3 === 0 ? 0 : n, n % 5 === 0 ? 1 : n, n]

/** Hashes of numbers as a watcher yields them, for several keys. */
function runsOf(...keys: readonly (readonly number[])[]): HashRuns {
  const parts = keys.flatMap((numbers) => {
    const hashes = numbers.map(hashOf)
    return Array.from({ length: HASH_PARTS }, (_, part) =>
      hashes.filter(([first = 0]) => (first & (HASH_PARTS - 1)) === part),
    )
  })
  let end = 0
  const ends = parts.map(({ length }) => {
    end += length
    return end
  })
  return { hashes: Int32Array.from(parts.flat(2)), ends: Uint32Array.from(ends) }
}

async function repeatedIn(numbers: readonly number[], mostBytes?: number): Promise<number> {
  const keys = new DistinctKeys(2, mostBytes)
  for (let at = 0; at < numbers.length; at += 500) {
    keys.add(runsOf([9, 9, 9], numbers.slice(at, at + 500)))
    if (keys.isFull) await keys.spill()
  }
  try {
    return await keys.repeated(1)
  } finally {
    await keys.close()
  }
}

t.test('hashes that come again are counted, in memory and in a file alike', async () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 4000, size: 'max' })
  await fc.assert(
    fc.asyncProperty(numbers, fc.constantFrom(0, 2000, undefined), async (given, mostBytes) => {
      return (await repeatedIn(given, mostBytes)) === given.length - new Set(given).size
    }),
    { numRuns: 40 },
  )
})

t.test('a part of the file that is read in several steps counts as one', async (t) => {
  const count = 150_000
  const ends = Uint32Array.from({ length: HASH_PARTS }, (_, part) => (part < 7 ? 0 : count))
  const hashes = (last: number) =>
    Int32Array.from(Array.from({ length: count }, (_, n) => [7, Math.imul(n, 0x9e3779b1), n, last]).flat())
  const keys = new DistinctKeys(1, 0)
  for (const last of [0, 1]) keys.add({ hashes: hashes(last), ends })
  await keys.spill()
  keys.add({ hashes: hashes(1), ends })
  t.equal(await keys.repeated(0), count)
  await keys.close()
})

t.test('the temporary file has no name that could be left behind', async (t) => {
  const named = () => readdirSync(tmpdir()).filter((name) => /^td-sluice-.*\.keys$/.test(name))
  const before = named()
  const keys = new DistinctKeys(1, 0)
  keys.add(runsOf(Array.from({ length: 30_000 }, (_, n) => n)))
  t.ok(keys.isFull)
  await keys.spill()
  t.notOk(keys.isFull)
  t.strictSame(named(), before)
  t.equal(await keys.repeated(0), 0)
  await keys.close()
})

t.test('a temporary folder that is missing is an error of the run', async (t) => {
  const { TMPDIR } = process.env
  process.env.TMPDIR = '/nowhere/at/all'
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  await t.rejects(new DistinctKeys(1, 0).spill(), { code: 'E_IO', message: /\/nowhere\/at\/all/ })
})
