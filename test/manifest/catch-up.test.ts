import { join } from 'node:path'
import t, { type Test } from 'tap'
import { catchUp } from '../../src/manifest/catch-up.js'
import type { StateEntry } from '../../src/manifest/state-entry.js'
import { StateFile } from '../../src/manifest/state-file.js'
import { utcTime } from '../../src/manifest/time-text.js'
import { UTC } from '../../src/manifest/zone.js'

const day = (n: number) => Date.UTC(2026, 0, n)
const DAILY = { schedule: 'daily', timezone: UTC } as const
const COMPLETE = {
  writingHash: 'w',
  files: [],
  rows: 1,
  rowsWritten: 1,
  bytesOut: 1,
  at: '2026-01-01T00:00:00Z',
}
const ENTRY: StateEntry = { jobHash: 'h', series: '', attempt: 1, jobId: '7', complete: null }

/** A state in which exports are complete at some days and only begun at others. */
async function stateOf(t: Test, days: Record<string, { complete?: number[]; begun?: number[] }>) {
  const state = await StateFile.read(join(t.testdir(), 'state.json'))
  for (const [name, { complete = [], begun = [] }] of Object.entries(days)) {
    for (const n of complete) await state.write(name, utcTime(day(n)), { ...ENTRY, complete: COMPLETE })
    for (const n of begun) await state.write(name, utcTime(day(n)), ENTRY)
  }
  return state
}

t.test(
  'times without a complete export are missed, oldest first, and the present one comes last',
  async (t) => {
    const state = await stateOf(t, { a: { complete: [1, 2, 5], begun: [4] } })
    const { times, isMissed, leftOut } = catchUp(state, ['a'], day(7), 31, DAILY)
    t.strictSame(times, [3, 4, 6, 7].map(day))
    t.ok(isMissed('a', day(4)))
    t.notOk(isMissed('a', day(5)))
    t.equal(leftOut, undefined)
  },
)

t.test('an export was not missed before it was first run', async (t) => {
  const state = await stateOf(t, { a: { complete: [1, 2, 3] }, b: { complete: [3] } })
  const { times, isMissed } = catchUp(state, ['a', 'b', 'c'], day(5), 31, DAILY)
  t.strictSame(times, [4, 5].map(day))
  t.notOk(isMissed('b', day(2)))
  t.notOk(isMissed('c', day(4)), 'c has never run')
})

t.test('no more times are looked at than asked for, and an older one that is missing is told', async (t) => {
  const state = await stateOf(t, { a: { complete: [1, 2] } })
  const { times, leftOut } = catchUp(state, ['a'], day(10), 3, DAILY)
  t.strictSame(times, [7, 8, 9, 10].map(day))
  t.equal(leftOut, day(6))
})

t.test('a lost state has missed nothing', async (t) => {
  const state = await stateOf(t, {})
  t.strictSame(catchUp(state, ['a'], day(10), 31, DAILY).times, [day(10)])
})
