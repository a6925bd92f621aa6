import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { LOADER_ARGS, runnable } from '../../support/process/modules.js'
import { wrongIn } from '../../support/sinks/receipt.js'

t.setTimeout(600_000)

const WRITER = runnable(new URL('../../support/sinks/receipts.ts', import.meta.url))

/** A process that fills a folder again and again, each time with other files. */
function writer(folder: string): ChildProcess {
  return spawn(process.execPath, [...LOADER_ARGS, WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

const KILLS = 10

t.test('F42: killed at any moment, a folder has a receipt only of the whole set that is there', async (t) => {
  const folder = join(t.testdir({}), 'out')
  let said = ''
  for (let kill = 0; kill < KILLS; kill++) {
    const child = writer(folder)
    // Every second kill comes within the first set, the others within later ones.
    const awaited = kill % 2 === 0 ? 'begun' : 'a set'
    await new Promise<void>((resolve) => {
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (text.includes(awaited)) resolve()
      })
    })
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
    t.strictSame(wrongIn(folder), [])
  }
  t.notMatch(said, 'no receipt')
})
