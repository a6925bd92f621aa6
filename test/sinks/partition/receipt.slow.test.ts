import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { RECEIPT_NAME } from '../../../src/sinks/partition/receipt.js'
import { wrongIn } from '../../support/sinks/receipt.js'

t.setTimeout(600_000)

const WRITER = fileURLToPath(new URL('../../support/sinks/receipts.ts', import.meta.url))

/** A process that fills a folder again and again, each time with other files. */
function writer(folder: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

const KILLS = 24

t.test('F42: killed at any moment, a folder has a receipt only of the whole set that is there', async (t) => {
  const folder = join(t.testdir({}), 'out')
  let seen = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const child = writer(folder)
    await new Promise<void>((resolve) => child.stdout!.once('data', () => resolve()))
    // The first kills come within the first set, the others within later ones.
    await new Promise((resolve) => setTimeout(resolve, kill * 17 + Math.random() * 60))
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
    t.strictSame(wrongIn(folder), [])
    if (existsSync(join(folder, RECEIPT_NAME))) seen++
  }
  t.ok(seen > 0, `${seen} of ${KILLS} with a receipt`)
})
