import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cacheFolder, keepCode, readCode } from '../../src/cli/code-cache.js'

const CODE = Buffer.from('compiled')
const uid = process.getuid?.()

t.test('compiled code is kept where each system keeps what a user can do without', async (t) => {
  const home = '/home/u'
  const folder = (platform: string, env: Record<string, string> = {}, at = home) =>
    cacheFolder({ platform, env, home: at })
  t.equal(folder('linux'), '/home/u/.cache/td-sluice')
  t.equal(folder('linux', { XDG_CACHE_HOME: '/c' }), '/c/td-sluice')
  t.equal(folder('linux', { XDG_CACHE_HOME: 'relative' }), '/home/u/.cache/td-sluice', 'as its standard says')
  t.equal(folder('darwin'), '/home/u/Library/Caches/td-sluice')
  t.equal(folder('win32', { LOCALAPPDATA: '/local' }), '/local/td-sluice/cache')
  t.equal(folder('linux', { NODE_COMPILE_CACHE: '/node' }), '/node/td-sluice', "where Node's own is to be")
})

t.test('nothing is kept where Node is told to keep nothing, or where nobody has a home', async (t) => {
  const env = { NODE_DISABLE_COMPILE_CACHE: '1', NODE_COMPILE_CACHE: '/node' }
  t.equal(cacheFolder({ platform: 'linux', env, home: '/home/u' }), undefined)
  t.equal(cacheFolder({ platform: 'linux', env: {}, home: '' }), undefined)
  t.equal(cacheFolder({ platform: 'win32', env: {}, home: '' }), undefined)
})

t.test('kept code is read again, and nobody else can read or write it', async (t) => {
  const folder = join(t.testdir(), 'a/b')
  keepCode(folder, 'x', CODE, uid)
  t.strictSame(readCode(join(folder, 'x'), uid), CODE)
  t.strictSame(readdirSync(folder), ['x'], 'without a part of it beside')
  t.equal(statSync(folder).mode & 0o077, 0)
  t.equal(statSync(join(folder, 'x')).mode & 0o077, 0)
})

t.test(
  'F24: a cache where no folder can be made costs nothing but time',
  { skip: !existsSync('/proc/self') && 'there is no /proc' },
  async (t) => {
    keepCode('/proc/td-sluice', 'x', CODE, undefined)
    t.equal(readCode('/proc/td-sluice/x', uid), undefined)
  },
)

t.test('code that somebody else could have written is not run', { skip: uid === undefined }, async (t) => {
  const path = join(t.testdir({ x: 'code' }), 'x')
  chmodSync(path, 0o622)
  t.equal(readCode(path, uid), undefined)
  chmodSync(path, 0o600)
  t.strictSame(readCode(path, uid), Buffer.from('code'))
  t.equal(readCode(path, uid! + 1), undefined, 'it is the file of another user')
})

t.test('nothing is made in the folder of another user', { skip: uid === undefined }, async (t) => {
  const home = t.testdir()
  keepCode(join(home, '.cache/td-sluice'), 'x', CODE, uid! + 1)
  t.strictSame(readdirSync(home), [])
})

t.test('where nothing can be kept, nothing is said', async (t) => {
  const dir = t.testdir({ file: 'a file' })
  keepCode(join(dir, 'file/td-sluice'), 'x', CODE, uid)
  t.equal(readCode(join(dir, 'file/td-sluice/x'), uid), undefined)
  t.strictSame(readdirSync(dir), ['file'])
})

t.test('a folder keeps what was kept last, not everything for ever', async (t) => {
  const folder = t.testdir()
  for (let i = 0; i < 30; i++) {
    const path = join(folder, `old-${i}`)
    writeFileSync(path, CODE)
    utimesSync(path, 1000 + i, 1000 + i)
  }
  mkdirSync(join(folder, 'sub'))
  keepCode(folder, 'new', CODE, uid)
  const names = readdirSync(folder)
  t.ok(names.includes('new') && names.includes('old-29') && !names.includes('old-0'))
  t.ok(names.length <= 25, `${names.length} files`)
  t.ok(existsSync(join(folder, 'sub')), 'a folder is not ours')
})
