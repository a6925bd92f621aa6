/**
 * A child process that writes one output the way the pipeline does, for tests that kill it, trace it or redirect it.
 * It writes a pattern in chunks, each when the one before was taken, and commits. It prints `opened` and `committed`
 * on stderr; a failure as `E_CODE: message` with its exit code; a task with `tells` also the hint of that, and notices as
 * `N_CODE: message`.
 */
import crypto from 'node:crypto'
import { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from '../../../src/errors.js'
import type { Output } from '../../../src/sinks/targets/index.js'
import { patternChunk, type WriterTask } from './child.js'

const say = (text: string) => writeSync(2, `${text}\n`)

async function main(task: WriterTask): Promise<void> {
  if (task.token !== undefined) {
    // A random name cannot be traced by its path.
    const bytes = Buffer.from(task.token, 'hex')
    crypto.randomBytes = ((size: number) => bytes.subarray(0, size)) as typeof crypto.randomBytes
    // With few processors the main thread writes until a write is slow, and strace counts the calls of each thread by
    // themselves: on a busy machine the third write was then the first one of another thread.
    os.availableParallelism = () => 8
    syncBuiltinESMExports()
  }
  const { targetOf } = await import('../../../src/sinks/targets/index.js')
  const notice = ({ code, message }: { code: string; message: string }) =>
    task.tells && say(`${code}: ${message}`)
  const options = { clobber: task.clobber ?? true, jobId: task.jobId, notice }
  const target = targetOf(task.destination)
  await target.prepare(options)
  const output = await target.open(options)
  // The callbacks below report it.
  output.writable.on('error', () => {})
  say('opened')
  for (let index = 0; index < task.chunks; index++) {
    const chunk = patternChunk(index, task.chunkBytes)
    await done(output, (callback) => output.writable.write(chunk, callback))
    await delay(task.pauseMs ?? 0)
  }
  // A sync beside the writing may fail as late as here.
  await done(output, (callback) => output.writable.end(callback))
  await output.commit()
  say('committed')
}

/** Waits for one step; discards the output and throws when the step failed. */
async function done(output: Output, act: (callback: (error?: Error | null) => void) => void): Promise<void> {
  const failure = await new Promise<Error | null | undefined>((resolve) => act(resolve))
  if (!failure) return
  await output.discard()
  throw failure
}

const task: WriterTask = JSON.parse(process.argv[2]!)
try {
  await main(task)
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  say(`${error.code}: ${error.message}`)
  if (task.tells && error.hint !== undefined) say(`hint: ${error.hint}`)
  process.exitCode = error.exitCode
}
