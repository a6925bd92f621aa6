import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolders } from '../../src/files/make-folders.js'

t.test('all missing folders are made, and the highest of them is told', async (t) => {
  const root = t.testdir({ there: {} })
  t.equal(await makeFolders(join(root, 'there/a/b/c')), join(root, 'there/a'))
  t.ok(statSync(join(root, 'there/a/b/c')).isDirectory())
  t.equal(await makeFolders(join(root, 'there/a/b/c')), undefined)
  t.equal(await makeFolders(join(root, 'there/a/d')), join(root, 'there/a/d'))
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(join(root, 'at/once'))))
  t.ok(statSync(join(root, 'at/once')).isDirectory())
})

t.test('a file in the way is an error', async (t) => {
  const root = t.testdir({ file: '' })
  await t.rejects(makeFolders(join(root, 'file')), { code: 'EEXIST' })
  await t.rejects(makeFolders(join(root, 'file/below')), { code: 'ENOTDIR' })
})

t.test(
  'F24: a folder that takes none ends the attempt',
  { skip: !existsSync('/proc/self') && 'there is no /proc' },
  async (t) => {
    await t.rejects(makeFolders('/proc/td-sluice'), { code: 'ENOENT' })
    await t.rejects(makeFolders('/proc/td-sluice/below'), { code: 'ENOENT' })
  },
)
