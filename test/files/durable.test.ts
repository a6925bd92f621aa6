import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { removeDurably, writeDurably } from '../../src/files/durable.js'

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
