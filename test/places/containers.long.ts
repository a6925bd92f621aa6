/**
 * Two runs of one manifest in containers, as name spaces make them: `npm run test:long places`. Needs a build. Takes some
 * minutes, since a holder in another container counts as gone after two minutes of silence.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { figures } from '../support/figures/figures.js'
import { type Ended, ended, start } from '../support/files/child.js'
import { isBeingWritten } from '../support/files/parts.js'
import { contents, MANIFEST } from '../support/kill/run.js'
import { clockAt, noFaketime } from '../support/places/clock.js'
import { noUnshare } from '../support/places/unshare.js'
import { COMMAND } from '../support/places/workshop.js'

t.jobs = 6

// A run takes some ten seconds, most of which it downloads.
const sandbox = await startSandbox({ rows: 2000, nasdaqRows: 1000, preload: true, bytesPerSecond: 3000 })
t.teardown(() => sandbox.close())
const env = { PATH: process.env.PATH!, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k'.repeat(8), TZ: 'UTC' }
const EXPORTS = 3
let [takeovers, races] = [0, 0]

/** In name spaces of its own; where it has one for the host name, under that name. */
function container(flags: string, name = 'box'): string[] {
  if (!flags.includes('u')) return ['unshare', flags]
  return ['unshare', flags, 'sh', '-c', `hostname ${name} && exec "$@"`, 'sh']
}

let rounds = 0

/** A folder with a manifest, and starts of it for one time. */
function exports(t: Test) {
  const cwd = join(t.testdir({}), 'run')
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'exports.yaml'), MANIFEST)
  const scheduled = 1_700_000_000 + rounds++
  const command = [process.execPath, COMMAND, 'run', 'exports.yaml', '--scheduled-time', `${scheduled}`]
  const begin = (prefix: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess =>
    start([...prefix, ...command], { cwd, env: { ...env, ...more }, detached: true })
  return {
    cwd,
    begin,
    again: (prefix: readonly string[], more?: Readonly<Record<string, string>>): Promise<Ended> =>
      ended(begin(prefix, more)),
    jobs: () => sandbox.jobs().filter((job) => job.scheduledTime === scheduled).length,
    async atWork(child: ChildProcess) {
      while (!isBeingWritten(cwd) && child.exitCode === null) await sleep(50)
    },
  }
}

let files: ReadonlyMap<string, string> = new Map()

t.test('a run that nobody disturbs', async (t) => {
  const { cwd, again } = exports(t)
  const { exit, stderr } = await again([])
  t.equal(exit, 0, stderr)
  files = contents(cwd)
})

for (const flags of ['-pf', '-ufp', '-u']) {
  const name = `unshare ${flags}: one of two runs works, and a killed one is followed by the next`
  t.test(name, { skip: noUnshare('-ufp'), buffered: true }, async (t) => {
    const { cwd, begin, again, atWork, jobs } = exports(t)
    const first = begin(container(flags, 'first'))
    const ending = ended(first)
    await atWork(first)
    const second = await again(container(flags, 'second'))
    t.match(second, {
      exit: 15,
      stderr: /^\S+Z td-sluice: E_LOCKED: another run of exports\.yaml is at work/m,
    })
    if (noFaketime === false) {
      const ahead = await again(container(flags, 'second'), clockAt('2031-01-01T00:00:00Z'))
      t.equal(ahead.exit, 15, `a clock that is ahead takes no lock: ${ahead.stderr}`)
    }
    t.equal(first.exitCode, null, 'the first one is still at work')
    process.kill(-first.pid!, 'SIGKILL')
    await ending
    const killedAt = performance.now()
    let next = await again(container(flags, 'third'))
    // Whether a holder in another table of processes is alive can only be told from its silence.
    if (flags !== '-u') t.equal(next.exit, 15, 'nobody can know yet')
    while (next.exit === 15 && performance.now() - killedAt < 300_000) {
      await sleep(5000)
      next = await again(container(flags, 'third'))
    }
    t.equal(next.exit, 0, next.stderr)
    t.match(next.stderr, /took over the lock of .*exports\.yaml\.state\.json/)
    t.ok(isDeepStrictEqual(contents(cwd), files), 'every output is complete, and nothing else there')
    t.equal(jobs(), EXPORTS)
    takeovers++
  })
}

t.test(
  'of starts in four containers at once one works',
  { skip: noUnshare('-ufp'), buffered: true },
  async (t) => {
    for (let round = 0; round < 3; round++) {
      const { cwd, again, jobs } = exports(t)
      const flags = ['-ufp', '-pf', '-u', '-ufp']
      const all = await Promise.all(flags.map((flag, i) => again(container(flag, `box${i}`))))
      const exits = all.map(({ exit }) => exit)
      t.strictSame(exits.toSorted(), [0, 15, 15, 15], all.map(({ stderr }) => stderr).join('\n'))
      t.ok(isDeepStrictEqual(contents(cwd), files))
      t.equal(jobs(), EXPORTS)
      races++
    }
  },
)

t.teardown(() => {
  const what =
    'runs killed in a container (pid, uts), whose successor starts in another; starts in four containers at once'
  figures(
    t,
    what,
    `${takeovers}; ${races}`,
    'one works, the others exit 15; taken over with a notice, three jobs',
    'containers.long',
  )
})
