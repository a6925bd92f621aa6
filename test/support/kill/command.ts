import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { Random } from '../../../bench/random.js'
import { startSandbox } from '../../../src/sandbox/index.js'
import { COLUMNS, OLD, packRows } from '../faults/run.js'
import { ended, start } from '../files/child.js'
import type { Kind } from './kinds.js'

/** Runs under way at the same time, each with a server of its own: a run waits half of its time. */
const LANES = 4

/** What lay at the final paths after a kill: of several files `some` of the new ones. `DAMAGED` must never be there. */
export type Tally = Record<'absent' | 'old' | 'some' | 'complete' | 'DAMAGED', number>

/** Kills before a run to its end, on average. */
const KILLS_IN_A_ROW = 4

const noTally = (): Tally => ({ absent: 0, old: 0, some: 0, complete: 0, DAMAGED: 0 })

interface Runs {
  /** An empty folder for the outputs, or one with old files. */
  prepare(replaces: boolean): void
  /** Starts the run, with words before it if there are any; its download breaks off twice. */
  begin(before?: readonly string[]): ChildProcess
  /** What lies at the final paths. */
  found(replaced: boolean): keyof Tally
  /** Does the run again, which must succeed and leave nothing but its files. Returns the milliseconds it took. */
  assertRunsAgain(): Promise<number>
}

async function runsOf(t: Test, dir: string, random: Random, kind: Kind): Promise<Runs> {
  const rows = kind.rows()
  const body = gzipSync(packRows(rows as unknown as unknown[][]))
  // Some hundred milliseconds of download, as starting takes about as long.
  const sandbox = await startSandbox({ bytesPerSecond: body.length * 5 })
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ schema: COLUMNS, body, numRecords: rows.length })
  // One thread for files, because strace counts the calls of each thread by themselves.
  const env = {
    PATH: process.env.PATH,
    // Where the command keeps its compiled code, as it does for a user: without, a start takes twice as long.
    XDG_CACHE_HOME: `${dir}.cache`,
    UV_THREADPOOL_SIZE: '1',
    TD_API_SERVER: sandbox.url,
    TD_API_KEY: 'k',
  }
  const begin = (before: readonly string[] = []) => {
    sandbox.faults.clear()
    sandbox.faults.add(...[1, 2].map(() => `reset@${random.below(body.length)}`))
    return start([...before, process.execPath, ...kind.command(id)], { env, cwd: dir })
  }
  mkdirSync(dir)
  const first = await ended(begin())
  if (first.exit !== 0) throw new Error(`a run that nobody kills: ${first.stderr}`)
  const expected = new Map([...filesBelow(dir)].filter(([path]) => !isHidden(path)))
  if (!(await kind.isComplete(expected, rows)))
    throw new Error(`a run that nobody kills: ${[...expected.keys()]}`)
  const found = (replaced: boolean) => finalAt(filesBelow(dir), replaced, expected)
  return {
    begin,
    found,
    prepare(replaces) {
      rmSync(dir, { recursive: true })
      mkdirSync(dir)
      if (!replaces) return
      for (const path of expected.keys()) {
        mkdirSync(join(dir, dirname(path)), { recursive: true })
        writeFileSync(join(dir, path), OLD)
      }
    },
    async assertRunsAgain() {
      const from = performance.now()
      const { exit, stderr } = await ended(begin())
      if (exit !== 0 || found(false) !== 'complete') t.fail(`again: exit ${exit}, ${stderr}`)
      const left = [...filesBelow(dir).keys()].filter((path) => !expected.has(path) && !isList(path))
      if (left.length > 0) t.fail(`left behind: ${left}`)
      return performance.now() - from
    },
  }
}

/** All files below a folder, hidden ones too. */
export function filesBelow(dir: string): Map<string, Buffer> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(dir, name)).isFile())
  return new Map(files.map((name) => [name, readFileSync(join(dir, name))]))
}

const isHidden = (path: string) => /(^|\/)\./.test(path)

/** A folder of partitions has a list of what each run wrote. */
export const isList = (path: string) => path.endsWith('/.td-sluice-files')

/** Each path must hold the new file, or what was there before; no other file may be seen. */
function finalAt(
  files: ReadonlyMap<string, Buffer>,
  replaced: boolean,
  expected: ReadonlyMap<string, Buffer>,
): keyof Tally {
  if ([...files.keys()].some((path) => !expected.has(path) && !isHidden(path))) return 'DAMAGED'
  const before = replaced ? 'old' : 'absent'
  const states = [...expected].map(([path, bytes]) => {
    const file = files.get(path)
    if (file?.equals(bytes)) return 'complete'
    return (replaced ? file?.toString() === OLD : file === undefined) ? before : 'DAMAGED'
  })
  if (states.includes('DAMAGED')) return 'DAMAGED'
  return new Set(states).size > 1 ? 'some' : states[0]!
}

/** The system calls of a commit, each of which a run makes a few times only. */
const CALLS = ['fsync', 'fchmod', 'rename', 'link', 'unlink']

/** strace counts the calls of each thread for itself: with one thread in the pool, each run makes the same ones. */
const STRACE = ['env', 'UV_THREADPOOL_SIZE=1', 'strace', '-f', '-qq', '-e', 'signal=none']

/** Kills a run at every call of `CALLS` that it makes. */
export async function killAtCalls(t: Test, random: Random, kind: Kind): Promise<Tally> {
  const root = t.testdir({})
  const runs = await runsOf(t, join(root, 'run'), random, kind)
  const log = join(root, 'strace')
  const traced = (...more: string[]) =>
    ended(runs.begin([...STRACE, '-o', log, '-e', `trace=${CALLS}`, ...more]))
  runs.prepare(true)
  t.equal((await traced()).exit, 0)
  const calls = [...readFileSync(log, 'utf8').matchAll(/^(\d+ +(\w+))\(/gm)]
  const tally = noTally()
  for (const [i, [, call, name]] of calls.entries()) {
    const nth = calls.slice(0, i + 1).filter(([, other]) => other === call).length
    runs.prepare(true)
    const { exit } = await traced('-e', `inject=${name}:signal=SIGKILL:when=${nth}`)
    t.equal(exit, 'SIGKILL', `killed at ${name} ${nth}`)
    const found = runs.found(true)
    tally[found]++
    if (found === 'DAMAGED') t.fail(`a damaged file after ${name} ${nth}`)
    await runs.assertRunsAgain()
  }
  t.comment(
    calls.map(([, , name]) => name),
    tally,
  )
  return tally
}

/**
 * Kills runs with SIGKILL, `kills` times at a random moment from its start to its end, over a download that breaks off
 * twice. After a kill the same is run again, over what the kill left: to be killed as well, or to its end. Then it must
 * succeed, and leave nothing but its files. Begins no other after `deadline`.
 */
export async function killCommand(
  t: Test,
  kills: number,
  random: Random,
  kind: Kind,
  deadline = Number.POSITIVE_INFINITY,
): Promise<Tally & { readonly rounds: number }> {
  const tally = noTally()
  let [begun, late, rounds] = [0, 0, 0]
  const root = t.testdir({})
  const lane = async (name: string, random: Random) => {
    const runs = await runsOf(t, join(root, name), random, kind)
    runs.prepare(false)
    let usualMs = await runs.assertRunsAgain()
    while (begun < kills && performance.now() < deadline) {
      const replaces = random.oneIn(2)
      runs.prepare(replaces)
      do {
        begun++
        const child = runs.begin()
        const end = ended(child)
        const after = random.below(Math.ceil(usualMs * 1.05))
        await sleep(after)
        child.kill('SIGKILL')
        const { exit, stderr } = await end
        if (exit === 'SIGKILL') {
          const found = runs.found(replaces)
          tally[found]++
          if (found === 'DAMAGED') t.fail(`a damaged file after ${after} ms`)
          continue
        }
        begun--
        late++
        if (exit !== 0) t.fail(`over what kills had left: exit ${exit}, ${stderr}`)
        break
      } while (!random.oneIn(KILLS_IN_A_ROW) && begun < kills)
      rounds++
      // How long a run takes depends on what else the machine does by now.
      usualMs = await runs.assertRunsAgain()
    }
  }
  await Promise.all(
    Array.from({ length: LANES }, (_, i) => lane(`lane ${i}`, new Random(random.below(2 ** 31)))),
  )
  t.comment(`${begun} kills of ${kind.name} in ${rounds} rounds; ${late} runs had ended before`, tally)
  return { ...tally, rounds }
}
