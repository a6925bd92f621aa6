import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { thisProcess } from '../../src/files/process-identity.js'
import { csv, pipeline, stream } from '../../src/index.js'
import { startThread } from '../support/process/modules.js'

t.test('F19: after the thread of a run was terminated, the next run writes the same file', async (t) => {
  if (thisProcess().start === null) return t.pass('this system does not tell which threads there are')
  const folder = t.testdir({})
  const path = join(folder, 'out.csv')
  const script = new URL('../support/files/endless-run.ts', import.meta.url)
  const worker = startThread(script, path)
  t.equal((await once(worker, 'message'))[0], 'writing')
  const write = () => pipeline(stream(Readable.from([Buffer.from([0x91, 7])])), csv(path, { header: false }))
  await t.rejects(write(), { code: 'E_LOCKED', message: /by thread \d+ of process/ })
  await worker.terminate()
  t.equal((await write()).rowsWritten, 1)
  t.equal(readFileSync(path, 'utf8'), '7\n')
  t.strictSame(readdirSync(folder), ['out.csv'], 'nothing of the terminated run is left')
})
