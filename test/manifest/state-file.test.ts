import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type StateEntry, StateFile } from '../../src/manifest/state-file.js'

const ENTRY: StateEntry = { jobHash: 'abc', series: '', attempt: 1, jobId: null, complete: null }

const timeOf = (i: number) => new Date(i * 86_400_000).toISOString()

t.test('what was written is read again', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  t.equal(state.entry('a', timeOf(0)), undefined)
  await state.write('a', timeOf(0), ENTRY)
  await state.write('a', timeOf(0), { ...ENTRY, jobId: '12' })
  await state.write('b', timeOf(1), ENTRY)
  const again = await StateFile.read(path)
  t.same(again.entry('a', timeOf(0)), { ...ENTRY, jobId: '12' })
  t.same(again.entry('b', timeOf(1)), ENTRY)
  t.equal(again.entry('b', timeOf(0)), undefined)
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('writes at the same time do not overtake each other', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  const names = Array.from({ length: 20 }, (_, i) => `export-${i}`)
  await Promise.all(
    names.flatMap((name) => [1, 2, 3].map((attempt) => state.write(name, timeOf(0), { ...ENTRY, attempt }))),
  )
  const again = await StateFile.read(path)
  for (const name of names) t.equal(again.entry(name, timeOf(0))?.attempt, 3)
})

t.test('a write has happened when it resolves', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  const late = state.write('b', timeOf(0), ENTRY)
  await state.write('a', timeOf(0), ENTRY)
  t.match(readFileSync(path, 'utf8'), '"a"')
  await late
})

t.test('the hundred scheduled times of an export that were worked on last are remembered', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  for (let i = 0; i < 100; i++) await state.write('a', timeOf(500 - i), ENTRY)
  await state.write('a', timeOf(500), ENTRY)
  await state.write('a', timeOf(1), ENTRY)
  const again = await StateFile.read(path)
  t.equal(again.entry('a', timeOf(499)), undefined, 'the one that rested longest')
  t.ok(again.entry('a', timeOf(498)))
  t.ok(again.entry('a', timeOf(500)))
  t.ok(again.entry('a', timeOf(1)), 'a late run for an early time')
})

t.test('a write that fails is told, and the next one may succeed', async (t) => {
  const dir = t.testdir({ folder: {} })
  const state = await StateFile.read(join(dir, 'folder/none/state.json'))
  await t.rejects(state.write('a', timeOf(0), ENTRY), { code: 'E_IO' })
  await t.rejects(state.write('a', timeOf(0), ENTRY), { code: 'E_IO' }, 'each tells its own failure')
})

t.test('what is no state is refused', async (t) => {
  const path = join(t.testdir(), 'state.json')
  for (const text of [
    '',
    '[]',
    '{"version":2,"exports":{}}',
    '{"version":1,"exports":{"a":{"t":{"attempt":0}}}}',
  ]) {
    writeFileSync(path, text)
    await t.rejects(StateFile.read(path), { code: 'E_CONFIG' }, text)
  }
})
