import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { prepareSpoolFolder } from '../../../src/sources/spool/folder.js'

t.test('a spool is made with the folders above it, for its owner only', async (t) => {
  const folder = join(t.testdir({}), 'a/b')
  prepareSpoolFolder(folder)
  t.equal(statSync(folder).mode & 0o777, 0o700)
})

t.test(
  'F24: a spool where no folder can be made is refused',
  { skip: !existsSync('/proc/self') && 'there is no /proc' },
  async (t) => {
    t.throws(() => prepareSpoolFolder('/proc/td-sluice'), { code: 'E_IO' })
    t.throws(() => prepareSpoolFolder('/proc/td-sluice/below'), { code: 'E_IO' })
  },
)
