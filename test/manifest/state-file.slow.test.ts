import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import type { StateEntry } from '../../src/manifest/state-entry.js'
import { StateFile } from '../../src/manifest/state-file.js'

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

t.test('a state of a newer version is told apart from a broken one, and is left as it is', async (t) => {
  const path = join(
    t.testdir({ 'state.json': '{"version":3}\n{"name":"a","of":"the future"}\n' }),
    'state.json',
  )
  await t.rejects(StateFile.read(path), {
    code: 'E_CONFIG',
    message: /was written by a newer version of td-sluice$/,
    hint: /start that version/,
  })
  t.match(readFileSync(path, 'utf8'), 'the future')
  for (const text of ['{"version":2}\n{"name":"a"}\n', '{"version":0}\n', '{"version":99999999999}x', 'x']) {
    writeFileSync(path, text)
    await t.rejects(StateFile.read(path), {
      code: 'E_CONFIG',
      message: /is no state of a manifest/,
      hint: /watermarks/,
    })
  }
})

t.test('E16: a state that is no file is refused, and a FIFO is not waited for', async (t) => {
  const folder = t.testdir({ folder: {}, zero: t.fixture('symlink', '/dev/zero') })
  execFileSync('mkfifo', [join(folder, 'fifo')])
  for (const name of ['folder', 'zero', 'fifo'])
    await t.rejects(StateFile.read(join(folder, name)), { code: 'E_IO', message: /is no file$/ }, name)
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

t.test('all scheduled times are remembered while the state is small', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  await Promise.all(Array.from({ length: 400 }, (_, i) => state.write('a', timeOf(i), ENTRY)))
  const again = await StateFile.read(path)
  t.equal(again.history('a').size, 400)
  t.equal(again.history('b').size, 0)
})

t.test('of many exports the hundred scheduled times that were worked on last are remembered', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const others = Array.from({ length: 200 }, (_, n) =>
    Array.from({ length: 100 }, (_, i) => JSON.stringify({ name: `e${n}`, time: timeOf(i), ...ENTRY })),
  )
  writeFileSync(path, `{"version":2}\n${others.flat().join('\n')}\n`)
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
    ' ',
    '[]',
    '{"version":3}\n',
    '{"version":2,"exports":{}}',
    '{"version":2}\n{"name":"a"}\n',
    '{"version":2}\nno line\n',
    '{"version":1,"exports":{"a":{"t":{"attempt":0}}}}',
    '{"version":1,"exports"',
  ]) {
    writeFileSync(path, text)
    await t.rejects(StateFile.read(path), { code: 'E_CONFIG' }, text)
  }
})

t.test('E16: a state cut at any byte keeps what was written before, and goes on', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  for (const attempt of [1, 2]) await state.write('a', timeOf(0), { ...ENTRY, attempt })
  const before = readFileSync(path)
  await state.write('b', timeOf(1), ENTRY)
  const after = readFileSync(path)
  t.ok(after.subarray(0, before.length).equals(before), 'a change adds to the file')
  for (let end = before.length; end <= after.length; end++) {
    // What was not synced may be missing, or be NUL bytes.
    for (const rest of [Buffer.alloc(0), Buffer.alloc(after.length - end), Buffer.from('\0\n')]) {
      if (end === after.length && rest.length > 0) continue
      writeFileSync(path, Buffer.concat([after.subarray(0, end), rest]))
      const found = await StateFile.read(path)
      if (found.entry('a', timeOf(0))?.attempt !== 2) t.fail(`cut at ${end}`)
      if ((found.entry('b', timeOf(1)) !== undefined) !== (end === after.length))
        t.fail(`half a line at ${end}`)
      await found.write('c', timeOf(2), ENTRY)
      const again = await StateFile.read(path)
      if (again.entry('a', timeOf(0))?.attempt !== 2 || again.entry('c', timeOf(2)) === undefined)
        t.fail(`not to be read after a cut at ${end}`)
    }
  }
})

t.test('E16: 300 exports with a hundred remembered times each cost little a run', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const complete = {
    writingHash: 'f'.repeat(16),
    files: [{ path: '/srv/exports/out/2026-01-31/requests.csv.gz', bytes: 123456 }],
    ...{ rows: 1, rowsWritten: 1, bytesOut: 123456, sha256: 'f'.repeat(64), at: timeOf(0) },
  }
  const done = { ...ENTRY, jobHash: 'f'.repeat(16), jobId: '2000000001', complete }
  const names = Array.from({ length: 300 }, (_, i) => `export-${i}`)
  const days = (first: number) =>
    Object.fromEntries(Array.from({ length: 100 }, (_, i) => [timeOf(first + i), done]))
  const exports = Object.fromEntries(names.map((name) => [name, days(0)]))
  // As an earlier version has left it.
  writeFileSync(path, JSON.stringify({ version: 1, exports }, null, 1))
  let state = await StateFile.read(path)
  await state.write('export-0', timeOf(99), done)
  state = await StateFile.read(path)
  const size = statSync(path).size
  const inode = statSync(path).ino
  for (const entry of [ENTRY, { ...ENTRY, jobId: '1' }, done]) {
    await Promise.all(names.map((name) => state.write(name, timeOf(100), entry)))
  }
  t.equal(statSync(path).ino, inode, 'the file was not replaced')
  t.ok(statSync(path).size - size < 500_000, `${statSync(path).size - size} bytes`)
  const again = await StateFile.read(path)
  for (const name of names) {
    t.equal(again.entry(name, timeOf(0)), undefined)
    t.same(again.entry(name, timeOf(100)), done)
  }
})

t.test('a state of many replaced lines becomes small again', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  for (let i = 0; i < 110; i++) {
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => state.write('a', timeOf(n), { ...ENTRY, attempt: i + 1 })),
    )
  }
  const lines = readFileSync(path, 'utf8').split('\n').length
  t.ok(lines < 1000, `${lines} lines`)
  t.equal((await StateFile.read(path)).entry('a', timeOf(9))?.attempt, 110)
})

t.test('a state that is a symbolic link is written where it leads to', async (t) => {
  const dir = t.testdir({ target: {} })
  const path = join(dir, 'state.json')
  symlinkSync('middle', path)
  symlinkSync('target/real.json', join(dir, 'middle'))
  const state = await StateFile.read(path)
  t.equal(state.path, join(dir, 'target/real.json'))
  await state.write('a', timeOf(0), ENTRY)
  t.ok(lstatSync(path).isSymbolicLink())
  t.strictSame(readdirSync(join(dir, 'target')), ['real.json'])
  t.same((await StateFile.read(join(dir, 'target/real.json'))).entry('a', timeOf(0)), ENTRY)
  symlinkSync('circle', join(dir, 'circle'))
  await t.rejects(StateFile.read(join(dir, 'circle')), { code: 'E_IO' })
})

t.test('a state that is there and empty is not replaced, as it may be a mount point', async (t) => {
  const path = join(t.testdir({ 'state.json': '' }), 'state.json')
  const { ino } = statSync(path)
  const state = await StateFile.read(path)
  await state.write('a', timeOf(0), ENTRY)
  t.equal(statSync(path).ino, ino)
  t.same((await StateFile.read(path)).entry('a', timeOf(0)), ENTRY)
})

t.test('a state that is removed under the run is there again after the next write', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  await state.write('a', timeOf(0), ENTRY)
  rmSync(path)
  await state.write('b', timeOf(0), ENTRY)
  const again = await StateFile.read(path)
  t.same([again.entry('a', timeOf(0)), again.entry('b', timeOf(0))], [ENTRY, ENTRY])
})

t.test('E16: a run that has lost its lock writes no state', async (t) => {
  const path = join(t.testdir({ '.state.json.part': 'of a killed run' }), 'state.json')
  const state = await StateFile.read(path)
  let lost = false
  await state.own(() => {
    if (lost) throw new SluiceError('E_LOCKED', 'another run has it')
  })
  await state.write('a', timeOf(0), ENTRY)
  t.strictSame(readdirSync(join(path, '..')), ['state.json'])
  lost = true
  const text = readFileSync(path, 'utf8')
  await t.rejects(state.write('a', timeOf(0), { ...ENTRY, attempt: 2 }), { code: 'E_LOCKED' })
  t.equal(readFileSync(path, 'utf8'), text)
})

t.test('a write that failed half way leaves nothing in the way of the next', async (t) => {
  const path = join(t.testdir(), 'state.json')
  const state = await StateFile.read(path)
  await state.write('a', timeOf(0), ENTRY)
  const text = readFileSync(path)
  rmSync(path)
  mkdirSync(path)
  await t.rejects(state.write('b', timeOf(0), ENTRY), { code: 'E_IO' })
  rmSync(path, { recursive: true })
  writeFileSync(path, Buffer.concat([text, Buffer.from('{"name"')]))
  await state.write('c', timeOf(0), ENTRY)
  const again = await StateFile.read(path)
  for (const name of ['a', 'b', 'c']) t.ok(again.entry(name, timeOf(0)), name)
})
