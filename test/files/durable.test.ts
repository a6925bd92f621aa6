import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { removeDurably, syncFolder, writeDurably } from '../../src/files/durable.js'

t.test('a text replaces another, for its owner only, and leaves nothing beside it', async (t) => {
  const dir = t.testdir({ 'state.json': 'old' })
  const path = join(dir, 'state.json')
  await writeDurably(path, 'new')
  t.equal(readFileSync(path, 'utf8'), 'new')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.strictSame(readdirSync(dir), ['state.json'])
})

t.test(
  'what a killed run left half written is overwritten by the next, or removed with the text',
  async (t) => {
    const dir = t.testdir({ 'state.json': 'old', '.state.json.part': 'ne' })
    const path = join(dir, 'state.json')
    await writeDurably(path, 'new')
    t.strictSame(readdirSync(dir), ['state.json'])
    writeFileSync(join(dir, '.state.json.part'), 'newe')
    await removeDurably(path)
    t.strictSame(readdirSync(dir), [])
    await removeDurably(path)
  },
)

t.test('a link in place of the part is not followed', async (t) => {
  const dir = t.testdir({ victim: 'untouched' })
  symlinkSync('victim', join(dir, '.state.json.part'))
  await writeDurably(join(dir, 'state.json'), 'new')
  t.equal(readFileSync(join(dir, 'victim'), 'utf8'), 'untouched')
})

t.test('a failure leaves the old text and no part', async (t) => {
  const dir = t.testdir({})
  const path = join(dir, 'state.json')
  mkdirSync(path)
  await t.rejects(writeDurably(path, 'new'), { code: 'EISDIR' })
  t.strictSame(readdirSync(dir), ['state.json'])
})

t.test('who asks for a sync of a folder while one is under way shares the next one', async (t) => {
  const dir = t.testdir({ other: {} })
  const first = syncFolder(dir)
  const [second, third] = [syncFolder(dir), syncFolder(dir)]
  t.not(second, first, 'what was renamed after it began may not be in it')
  t.equal(third, second)
  t.not(syncFolder(join(dir, 'other')), second)
  await first
  // The second has begun.
  await new Promise(setImmediate)
  const fourth = syncFolder(dir)
  t.not(fourth, second)
  await Promise.all([second, fourth])
  const missing = join(dir, 'missing')
  const failing = [syncFolder(missing), syncFolder(missing), syncFolder(missing)]
  const ended = await Promise.allSettled(failing)
  t.strictSame(
    ended.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  t.equal(await syncFolder(dir), undefined, 'and a new one begins when all have ended')
})
