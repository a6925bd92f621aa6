/**
 * A child process that writes one output the way the pipeline does, for tests that kill it, trace it or redirect it.
 * It writes a pattern in chunks, each when the one before was taken, and commits. It prints `opened` and `committed`
 * on stderr; a failure as `E_CODE: message` with its exit code.
 */
import crypto from 'node:crypto'
import { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from '../../../src/errors.js'
import { patternChunk, type WriterTask } from './child.js'

const say = (text: string) => writeSync(2, `${text}\n`)

async function main(task: WriterTask): Promise<void> {
  if (task.token !== undefined) {
    // A random name cannot be traced by its path.
    const bytes = Buffer.from(task.token, 'hex')
    crypto.randomBytes = ((size: number) => bytes.subarray(0, size)) as typeof crypto.randomBytes
    syncBuiltinESMExports()
  }
  const { checkOutput, openOutput } = await import('../../../src/sinks/targets/index.js')
  const options = { clobber: task.clobber ?? true, jobId: task.jobId }
  await checkOutput(task.destination, options)
  const output = await openOutput(task.destination, options)
  // The callbacks below tell what went wrong.
  output.writable.on('error', () => {})
  say('opened')
  for (let index = 0; index < task.chunks; index++) {
    const chunk = patternChunk(index, task.chunkBytes)
    const failure = await new Promise((resolve) => output.writable.write(chunk, resolve))
    if (failure) {
      await output.discard()
      throw failure
    }
    await delay(task.pauseMs ?? 0)
  }
  await new Promise<void>((resolve) => output.writable.end(resolve))
  await output.commit()
  say('committed')
}

try {
  await main(JSON.parse(process.argv[2]!))
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  say(`${error.code}: ${error.message}`)
  process.exitCode = error.exitCode
}
