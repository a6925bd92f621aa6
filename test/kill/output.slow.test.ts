import { join } from 'node:path'
import t from 'tap'
import { finalOf, killAfter, prepareRun, rerun, SUCCESS } from '../support/files/killed.js'
import { type Injection, noStrace, traceWriter } from '../support/files/strace.js'

t.setTimeout(600_000)

t.jobs = 2

/** Points in the commit protocol, each at a call that is not made any more; `output.long.ts` has them all. */
const points: Record<string, Injection & { finds: 'old' | 'complete' }> = {
  'the lock is empty': { on: ['lock'], inject: 'write', finds: 'old' },
  'the lock is held, no part yet': { on: ['part'], inject: 'openat', finds: 'old' },
  'the part is half written': { on: ['part'], inject: 'write:when=2', finds: 'old' },
  'the part is not synced': { on: ['part'], inject: 'fsync', finds: 'old' },
  'the part is not renamed': { on: ['part'], inject: 'rename', finds: 'old' },
  'the folder is not synced': { on: ['folder'], inject: 'fsync', finds: 'complete' },
  'the lock is not removed': { on: ['lock'], inject: 'unlink', finds: 'complete' },
}

for (const [when, { on, inject, finds }] of Object.entries(points)) {
  const name = `F5: SIGKILL when ${when}: the final path is ${finds}, and running again succeeds`
  t.test(name, { skip: noStrace, buffered: true }, async (t) => {
    const [call, ...rest] = inject!.split(':')
    const killed = prepareRun(join(t.testdir(), 'run'), true, { chunks: 3, chunkBytes: 10_000 })
    const { exit } = await traceWriter(killed.task, {
      on,
      inject: [call, 'signal=SIGKILL', ...rest].join(':'),
    })
    t.equal(exit, 'SIGKILL')
    t.equal(finalOf(killed), finds)
    t.strictSame(await rerun(killed), SUCCESS)
  })
}

t.test('F5: SIGKILL at random moments: never a damaged file', { buffered: true }, async (t) => {
  const task = { chunks: 10, chunkBytes: 300_000, pauseMs: 2 }
  for (const replaces of [false, true]) {
    const killed = prepareRun(join(t.testdir(), 'run'), replaces, task)
    const after = Math.random() * 50
    await killAfter(killed, after)
    t.not(finalOf(killed), 'DAMAGED', `after ${after} ms`)
    t.strictSame(await rerun(killed), SUCCESS)
  }
})
