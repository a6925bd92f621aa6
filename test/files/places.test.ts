import { closeSync, linkSync, mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Place, refuseSharedPlaces, SharedPlaces, sharedPlaces } from '../../src/files/places.js'
import { growsAtMost, processorClock } from '../support/process/growth.js'

/** Places called by their order. */
function places(...all: (readonly [Place['at'], Place['use'], Place['own']?])[]): Place[] {
  return all.map(([at, use, own], i) => ({ what: `place ${i}`, at, use, ...(own && { own }) }))
}

/** Which of them are one. */
const sharedOf = (...all: Parameters<typeof places>) =>
  sharedPlaces(places(...all)).map((pair) => pair.map(({ what }) => what.slice('place '.length)).join('='))

t.test('E22: two paths to one file are one place, whether it is there or not', async (t) => {
  const root = t.testdir({ folder: { there: 'x' } })
  const at = (name: string) => join(root, name)
  symlinkSync('folder', at('linked'))
  symlinkSync('folder/there', at('to-there'))
  symlinkSync('folder/new', at('to-new'))
  symlinkSync('linked/new', at('to-new-by-link'))
  linkSync(at('folder/there'), at('hard'))
  const there = ['folder/there', 'linked/there', 'folder/../folder/there', 'to-there', 'hard']
  const missing = ['folder/new', 'linked/new', 'folder/./new', 'to-new', 'to-new-by-link']
  const deep = ['folder/a/b/new', 'linked/a/b/new']
  for (const paths of [there, missing, deep]) {
    for (const one of paths) {
      for (const other of paths) {
        t.strictSame(sharedOf([at(one), 'write'], [at(other), 'write']), ['0=1'], `${one} ${other}`)
        t.strictSame(sharedOf([at(one), 'read'], [at(other), 'write']), ['0=1'], `${one} ${other}`)
      }
    }
  }
  t.strictSame(sharedOf([at('folder/there'), 'write'], [at('folder/new'), 'write'], [at('new'), 'write']), [])
  t.strictSame(sharedOf([at('folder/a/new'), 'write'], [at('a/new'), 'write']), [])
})

t.test('E22: files may be read twice and spools shared, but neither is written', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file')
  t.strictSame(sharedOf([path, 'read'], [path, 'read']), [])
  t.strictSame(sharedOf([path, 'spool'], [path, 'spool']), [])
  t.strictSame(sharedOf([path, 'read'], [path, 'spool']), ['0=1'])
  t.strictSame(sharedOf([path, 'spool'], [path, 'write']), ['0=1'])
  t.strictSame(sharedOf([path, 'read'], [path, 'read'], [path, 'write']), ['0=2'])
})

t.test('E22: a file under a name that a run chooses in its own folder is refused', async (t) => {
  const root = t.testdir({ folder: {} })
  symlinkSync('folder', join(root, 'linked'))
  const own = { names: /^part-\d+\./, deep: true }
  const folder = [join(root, 'folder'), 'write', own] as const
  for (const [name, expected] of [
    ['folder/part-0.csv', ['0=1']],
    ['linked/part-0.csv', ['0=1']],
    ['folder/date=1/part-12.csv', ['0=1']],
    ['folder/report.json', []],
    ['folder', ['0=1']],
    ['part-0.csv', []],
  ] as const) {
    t.strictSame(sharedOf(folder, [join(root, name), 'write']), expected, name)
    t.strictSame(sharedOf(folder, [join(root, name), 'read']), expected, name)
  }
  const flat = [join(root, 'folder'), 'spool', { ...own, deep: false }] as const
  t.strictSame(sharedOf(flat, [join(root, 'folder/part-0.csv'), 'write']), ['0=1'])
  t.strictSame(sharedOf(flat, [join(root, 'folder/a/part-0.csv'), 'write']), [])
})

t.test('E22: an open descriptor is the file that it was opened on', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file')
  const fd = openSync(path, 'r')
  t.teardown(() => closeSync(fd))
  t.strictSame(sharedOf([fd, 'write'], [path, 'read']), ['0=1'])
  t.strictSame(sharedOf([fd, 'write'], [fd, 'write']), ['0=1'])
})

t.test('devices hold nothing that could be lost', async (t) => {
  t.strictSame(sharedOf(['/dev/null', 'write'], ['/dev/null', 'write']), [])
})

t.test(
  'the file system decides whether names that differ by case are one, and nothing stays behind',
  async (t) => {
    const root = t.testdir({ folder: {} })
    const [one, other] = [join(root, 'folder/Out.csv'), join(root, 'folder/out.csv')]
    const shared = sharedOf([one, 'write'], [other, 'write'])
    t.strictSame(readdirSync(join(root, 'folder')), [])
    writeFileSync(one, '')
    const isInsensitive = readdirSync(join(root, 'folder')).length === 1 && canOpen(other)
    t.strictSame(shared, isInsensitive ? ['0=1'] : [])
    mkdirSync(join(root, 'A'))
    t.equal(
      sharedOf([join(root, 'a/x'), 'write'], [join(root, 'A/x'), 'write']).length,
      isInsensitive ? 1 : 0,
    )
  },
)

function canOpen(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'))
    return true
  } catch {
    return false
  }
}

t.test('the refusal names the first two, and tells which paths are concerned', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file')
  const all = places([path, 'read'], [path, 'write'], [`${path}2`, 'write'], [`${path}2`, 'write'])
  t.throws(() => refuseSharedPlaces(all), {
    code: 'E_USAGE',
    message: 'place 0 and place 1 are the same place, and 1 more',
  })
  try {
    refuseSharedPlaces(all)
  } catch (error) {
    const { cause } = error as { cause: SharedPlaces }
    t.type(cause, SharedPlaces)
    t.ok(cause.involves(path) && cause.involves(`${path}2`))
    t.notOk(cause.involves(`${path}3`))
  }
})

t.test('ten thousand places take time in proportion', async (t) => {
  const root = t.testdir({ shared: '' })
  const timeOf = (count: number) => {
    const all = Array.from({ length: count }, (_, i) => [
      { what: 'output', at: join(root, `out/${i}.csv`), use: 'write' as const },
      { what: 'query', at: join(root, 'shared'), use: 'read' as const },
    ]).flat()
    const took = processorClock()
    t.strictSame(sharedPlaces(all), [])
    return took()
  }
  const work = { small: () => timeOf(1000), large: () => timeOf(10_000) }
  await growsAtMost(t, 'ten times as many', { ...work, most: 30 })
})
