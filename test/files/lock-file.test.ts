import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { beat, claim, type Holder, readLock } from '../../src/files/lock-file.js'
import { thisProcess } from '../../src/files/process-identity.js'

t.test(
  'a sign of life leaves the lock as it was, also where a text goes to the end of what was read',
  async (t) => {
    const path = join(t.testdir(), 'out.csv')
    const lock = `${path}.lock`
    const me: Holder = { ...thisProcess(), beatMs: 10_000, token: '0123456789abcdef' }
    claim(lock, me)
    const before = fs.readFileSync(lock, 'utf8')

    // What Deno 2.9 does: it has a position for bytes only.
    const { writeSync } = fs
    t.teardown(() => {
      fs.writeSync = writeSync
      syncBuiltinESMExports()
    })
    fs.writeSync = ((fd: number, data: string | Uint8Array, ...where: number[]) =>
      typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data, ...where)) as typeof fs.writeSync
    syncBuiltinESMExports()

    t.ok(beat(lock, me.token))
    t.equal(fs.readFileSync(lock, 'utf8'), before)
    t.match(readLock(lock, path), { holder: { token: me.token } })
  },
)
