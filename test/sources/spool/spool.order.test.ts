import fs, { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Spool } from '../../../src/sources/spool/spool.js'

/** The bytes that the record of a spool in `folder` counts. */
function recordedBytes(folder: string): number {
  const name = readdirSync(folder).find((file) => file.endsWith('.json'))
  return name === undefined ? 0 : JSON.parse(readFileSync(join(folder, name), 'utf8')).bytes
}

/**
 * Watches the file of a spool: whenever it is written or synced, the record may count no more than the bytes that a
 * finished sync has covered. Syncs take a while longer, so a record that does not wait for its sync is seen.
 */
async function watchSyncs(t: Test, folder: string) {
  const path = join(t.testdir({ any: '' }), 'any')
  const any = await open(path)
  const prototype = Object.getPrototypeOf(any) as FileHandle
  await any.close()
  const { write } = prototype
  const { fdatasync } = fs
  const seen = { written: 0, synced: 0, syncs: 0, most: 0 }
  let spooled: FileHandle | undefined
  const check = (when: string) => {
    const recorded = existsSync(folder) ? recordedBytes(folder) : 0
    seen.most = Math.max(seen.most, recorded)
    if (recorded > seen.synced) t.fail(`${when}: ${recorded} bytes are recorded, ${seen.synced} are synced`)
  }
  prototype.write = async function (this: FileHandle, ...args: unknown[]) {
    const position = args[3]
    // Only the spool writes at positions.
    if (typeof position !== 'number') return Reflect.apply(write, this, args)
    spooled = this
    check('before a write')
    const result = await Reflect.apply(write, this, args)
    seen.written = position + result.bytesWritten
    return result
  } as FileHandle['write']
  fs.fdatasync = ((fd: number, done: (error: Error | null) => void) => {
    if (fd !== spooled?.fd) return fdatasync(fd, done)
    const covered = seen.written
    check('before a sync')
    fdatasync(fd, async (error) => {
      await sleep(30)
      check('while a sync is under way')
      seen.synced = covered
      seen.syncs++
      done(error)
    })
  }) as typeof fdatasync
  syncBuiltinESMExports()
  t.teardown(() => {
    Object.assign(prototype, { write })
    Object.assign(fs, { fdatasync })
    syncBuiltinESMExports()
  })
  return { seen, check }
}

t.test('F6: the bytes of a spool are synced before its record counts them', async (t) => {
  const folder = join(t.testdir({}), 'spool')
  const { seen, check } = await watchSyncs(t, folder)
  const spool = await Spool.open(folder, { endpoint: 'https://api.example', jobId: '7' })
  const chunk = Buffer.alloc(3 * 1024 * 1024, 'x')
  for (let i = 0; i < 5; i++) {
    await spool.append(chunk, { total: undefined, etag: undefined })
    check('after a chunk')
  }
  await spool.sync()
  check('at the end')
  await spool.append(Buffer.from('more'), { total: undefined, etag: undefined })
  await spool.close('keep')
  check('when it is left to the next run')
  t.equal(seen.most, 5 * chunk.length + 4, 'all of it is recorded')
  t.ok(seen.syncs >= 4, `${seen.syncs} syncs`)
})
