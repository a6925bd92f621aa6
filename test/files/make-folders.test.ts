import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolders } from '../../src/files/make-folders.js'
import { importable, programArgs } from '../support/process/modules.js'

t.test('all missing folders are made, and the highest of them is told', async (t) => {
  const root = t.testdir({ there: {} })
  t.equal(makeFolders(join(root, 'there/a/b/c')), join(root, 'there/a'))
  t.ok(statSync(join(root, 'there/a/b/c')).isDirectory())
  t.equal(makeFolders(join(root, 'there/a/b/c')), undefined)
  t.equal(makeFolders(join(root, 'there/a/d')), join(root, 'there/a/d'))
  makeFolders(join(root, 'mine/a'), 0o700)
  for (const folder of ['mine', 'mine/a']) t.equal(statSync(join(root, folder)).mode & 0o777, 0o700)
})

t.test('several processes make one folder at once', async (t) => {
  const root = t.testdir({})
  const module = importable(new URL('../../src/files/make-folders.ts', import.meta.url))
  const program = `import { makeFolders } from ${module}
    for (let i = 0; i < 300; i++) makeFolders(${JSON.stringify(root)} + '/' + i + '/at/once')`
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, programArgs(program), { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  for (const [code] of await Promise.all(children.map((child) => once(child, 'exit')))) t.equal(code, 0)
  t.ok(statSync(join(root, '299/at/once')).isDirectory())
})

t.test('a file in the way is an error', async (t) => {
  const root = t.testdir({ file: '' })
  t.throws(() => makeFolders(join(root, 'file')), { code: 'EEXIST' })
  t.throws(() => makeFolders(join(root, 'file/below')), { code: 'ENOTDIR' })
})

t.test(
  'F24: a folder that takes none ends the attempt',
  { skip: !existsSync('/proc/self') && 'there is no /proc' },
  async (t) => {
    t.throws(() => makeFolders('/proc/td-sluice'), { code: 'ENOENT' })
    t.throws(() => makeFolders('/proc/td-sluice/below'), { code: 'ENOENT' })
  },
)
