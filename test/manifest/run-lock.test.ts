import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { acquireLock } from '../../src/files/lock.js'
import { lockRun } from '../../src/manifest/run-lock.js'

const RUN = {
  file: 'exports.yaml',
  path: undefined,
  times: ['2026-01-31T00:00:00Z'],
  only: undefined,
}
const RECORD = '.state.json.blocked'

t.test('E20: starts that a run blocks are counted, and told to it', async (t) => {
  const dir = t.testdir({})
  const state = join(dir, 'state.json')
  const other = await lockRun(state, { ...RUN, times: ['2026-01-30T00:00:00Z'] })
  for (const times of [1, 2])
    await t.rejects(lockRun(state, RUN), { code: 'E_LOCKED', cause: { blocked: { times } } })
  t.strictSame(await other.missedTimes(), RUN.times)
  other.release()
  const next = await lockRun(state, RUN)
  t.strictSame(await next.missedTimes(), [])
  next.release()
})

t.test('E20: what stands under the name of the count is not waited for, nor written to', async (t) => {
  for (const what of ['fifo', 'folder', 'link']) {
    const dir = t.testdir({
      ...(what === 'folder' && { [RECORD]: {} }),
      ...(what === 'link' && { [RECORD]: t.fixture('symlink', 'other'), other: 'of another' }),
    })
    if (what === 'fifo') execFileSync('mkfifo', [join(dir, RECORD)])
    const state = join(dir, 'state.json')
    const other = await acquireLock(state, { task: '2026-01-30T00:00:00Z' })
    for (let i = 0; i < 2; i++)
      await t.rejects(lockRun(state, RUN), { code: 'E_LOCKED', cause: { blocked: { times: 1 } } }, what)
    if (what === 'link') t.equal(readFileSync(join(dir, 'other'), 'utf8'), 'of another')
    if (what === 'fifo') t.ok(statSync(join(dir, RECORD)).isFIFO())
    other.release()
  }
})
