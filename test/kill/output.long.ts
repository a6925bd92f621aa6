/**
 * The full form of `output.slow.test.ts` and of `test/sinks/targets/faults.slow.test.ts`: `npm run test:long kill`.
 * `OUTPUT_KILLS` sets the number of random kills, 200 by default.
 */
import { join } from 'node:path'
import t from 'tap'
import { figures } from '../support/figures/figures.js'
import { finalOf, killAfter, prepareRun, rerun, SUCCESS } from '../support/files/killed.js'
import { noStrace, traceWriter } from '../support/files/strace.js'

const KILLS = Number(process.env.OUTPUT_KILLS ?? 200)

/** A call, and the how-manieth of its name in its thread, as strace counts. */
interface Call {
  readonly name: string
  readonly nth: number
}

t.test(`F5: ${KILLS} random kills`, async (t) => {
  const task = { chunks: 10, chunkBytes: 300_000, pauseMs: 2 }
  const found: Record<string, number> = {}
  for (let i = 0; i < KILLS; i++) {
    const killed = prepareRun(join(t.testdir(), 'run'), i % 2 === 0, task)
    const after = Math.random() * 60
    await killAfter(killed, after)
    const final = finalOf(killed)
    found[final] = (found[final] ?? 0) + 1
    t.not(final, 'DAMAGED', `after ${after} ms`)
    t.strictSame(await rerun(killed), SUCCESS)
  }
  const result = `${found.old ?? 0} old files, ${found.absent ?? 0} none, ${found.complete ?? 0} new ones, ${found.DAMAGED ?? 0} damaged`
  figures(t, 'an output killed at a random moment', String(KILLS), result, 'output.long')
})

async function callsOf(dir: string, clobber: boolean): Promise<Call[]> {
  const { task } = prepareRun(dir, clobber, { chunks: 3, chunkBytes: 10_000, clobber })
  const { calls } = await traceWriter(task)
  const seen = new Map<string, number>()
  return calls.map(({ name, thread }) => {
    const key = `${thread} ${name}`
    const nth = (seen.get(key) ?? 0) + 1
    seen.set(key, nth)
    return { name, nth }
  })
}

for (const clobber of [true, false]) {
  for (const fault of ['signal=SIGKILL', 'error=EIO', 'error=ENOSPC', 'error=EACCES', 'error=EMFILE']) {
    const name = `F3, F5: ${fault} at every system call on the paths of a run ${clobber ? '' : 'without clobber'}`
    t.test(name, { skip: noStrace }, async (t) => {
      const calls = await callsOf(join(t.testdir(), 'run'), clobber)
      const outcomes: Record<string, number> = {}
      const codes = new Set<string>()
      for (const { name, nth } of uniqueCalls(calls)) {
        const task = { chunks: 3, chunkBytes: 10_000, clobber }
        const killed = prepareRun(join(t.testdir(), 'run'), clobber, task)
        const at = `${fault} at ${name} ${nth}`
        const { exit, stderr } = await traceWriter(killed.task, { inject: `${name}:${fault}:when=${nth}` })
        const final = finalOf(killed)
        outcomes[`${exit} ${final}`] = (outcomes[`${exit} ${final}`] ?? 0) + 1
        t.not(final, 'DAMAGED', at)
        if (exit === 0) t.equal(final, 'complete', `success means complete: ${at}`)
        else if (exit !== 'SIGKILL') t.match(stderr, /^E_\w+: .+$/m, `one line tells it: ${at}`)
        if (exit !== 0 && exit !== 'SIGKILL') codes.add(/^E_\w+/m.exec(stderr)?.[0] ?? 'none')
        if (clobber || final === 'absent')
          t.strictSame(await rerun(killed), SUCCESS, `running again after ${at}`)
      }
      t.comment(outcomes, codes)
      // Of a lock that may not be looked at nobody knows whose it is.
      const expected = ['E_IO', 'E_NO_SPACE', ...(fault === 'error=EACCES' ? ['E_LOCKED'] : [])]
      t.same(
        [...codes].filter((code) => !expected.includes(code)),
        [],
        'all are errors of the disk',
      )
    })
  }
}

/** Main thread and pool thread are counted apart, and one injection hits both. */
function uniqueCalls(calls: readonly Call[]): Call[] {
  return [...new Map(calls.map((call) => [`${call.name} ${call.nth}`, call])).values()]
}
