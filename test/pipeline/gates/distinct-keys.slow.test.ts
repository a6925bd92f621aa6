import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import t from 'tap'
import { DistinctKeys } from '../../../src/pipeline/gates/distinct-keys.js'

/** A hash of its own for each number; every third has the same first half, and every fifth the same last one. */
const hashOf = (n: number) => [n % 3 === 0 ? 5 : n * 256 + 1, n % 3 === 0 ? 0 : n, n % 5 === 0 ? 1 : n, n]

async function repeatedIn(numbers: readonly number[], mostBytes?: number): Promise<number> {
  const keys = new DistinctKeys(1, mostBytes)
  for (const n of numbers) {
    keys.add(Int32Array.from([9, 9, 9, 9, ...hashOf(n)]), 4)
    if (keys.isFull) await keys.spill()
  }
  try {
    return await keys.repeated()
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

t.test('a hash of zeros is no key', async (t) => {
  const keys = new DistinctKeys()
  for (let i = 0; i < 3; i++) keys.add(new Int32Array(4), 0)
  t.equal(await keys.repeated(), 0)
})

t.test('the temporary file has no name that could be left behind', async (t) => {
  const named = () => readdirSync(tmpdir()).filter((name) => /^td-sluice-.*\.keys$/.test(name))
  const before = named()
  const keys = new DistinctKeys(1, 0)
  for (let n = 1; n < 100_000; n++) keys.add(Int32Array.from(hashOf(n)), 0)
  t.ok(keys.isFull)
  await keys.spill()
  t.notOk(keys.isFull)
  t.strictSame(named(), before)
  t.equal(await keys.repeated(), 0)
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
