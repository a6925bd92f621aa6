import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { gzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import type { Test } from 'tap'
import type { Random } from '../../../bench/random.js'
import { job, parquet, pipeline, type Source } from '../../../src/index.js'
import { startSandbox } from '../../../src/sandbox/index.js'
import { COLUMNS, csvOf, OLD, packRows, textRows } from '../faults/run.js'
import { ended, start } from '../files/child.js'

const COMMAND = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** What lay at the final path after a kill; `DAMAGED` must never be there. */
export type Tally = Record<'absent' | 'old' | 'complete' | 'DAMAGED', number>

interface Runs {
  /** An empty folder for the output, or one with an old file. */
  prepare(replaces: boolean): void
  /** Starts the command, with words before it if there are any; its download breaks off twice. */
  dump(before?: readonly string[]): ChildProcess
  /** What lies at the final path. */
  found(replaced: boolean): keyof Tally
  /** Runs the command again, which must succeed and leave nothing but the file. */
  assertRunsAgain(): Promise<void>
}

/** A format whose file a killed run may leave, with the words of the command line that it needs. */
interface Format {
  readonly end: 'csv' | 'parquet'
  readonly args: readonly string[]
}

export const CSV: Format = { end: 'csv', args: [] }

const ROW_GROUP = 2500

/** With row groups enough for kills to fall between them. */
export const PARQUET: Format = { end: 'parquet', args: ['--row-group-size', String(ROW_GROUP)] }

async function runsOf(t: Test, random: Random, { end, args: more }: Format): Promise<Runs> {
  const rows = textRows(30_000)
  const body = gzipSync(packRows(rows))
  const sandbox = await startSandbox({ bytesPerSecond: 1_500_000 })
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ schema: COLUMNS, body, numRecords: rows.length })
  const dir = join(t.testdir({}), 'run')
  const name = `out.${end}`
  const path = join(dir, name)
  const connection = { endpoint: sandbox.url, apiKey: 'k' }
  const expected = end === 'csv' ? Buffer.from(csvOf(rows)) : await parquetOf(t, job(id, connection), rows)
  // One thread for files, because strace counts the calls of each thread by themselves.
  const env = { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1', TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const dump = (before: readonly string[] = []) => {
    sandbox.faults.clear()
    sandbox.faults.add(...[1, 2].map(() => `reset@${random.below(body.length)}`))
    const args = ['dump', id, '-o', path, '--retry-delay', '5ms', '--quiet', ...more]
    return start([...before, process.execPath, COMMAND, ...args], { env })
  }
  return {
    dump,
    prepare(replaces) {
      rmSync(dir, { recursive: true, force: true })
      mkdirSync(dir)
      if (replaces) writeFileSync(path, OLD)
    },
    found: (replaced) => finalAt(path, replaced, expected),
    async assertRunsAgain() {
      const { exit, stderr } = await ended(dump())
      if (exit !== 0 || finalAt(path, false, expected) !== 'complete') t.fail(`again: ${stderr}`)
      if (readdirSync(dir).join() !== name) t.fail(`left behind: ${readdirSync(dir)}`)
    },
  }
}

/** The bytes of the complete file, which are the same each time; another reader finds the rows in them. */
async function parquetOf(
  t: Test,
  source: Source,
  rows: readonly (readonly [number, string])[],
): Promise<Buffer> {
  const path = join(t.testdir({}), 'expected.parquet')
  await pipeline(source, parquet(path, { rowGroupSize: ROW_GROUP }))
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  const found = await parquetReadObjects({ file })
  const wanted = rows.map(([n, text]) => ({ n: BigInt(n), text }))
  t.ok(isDeepStrictEqual(found, wanted), 'the complete file has all rows')
  return bytes
}

/** The system calls of a commit, each of which a run makes a few times only. */
const CALLS = ['fsync', 'fchmod', 'rename', 'link', 'unlink']

/** Kills `td-sluice dump` at every call of `CALLS` that it makes. */
export async function killCommandAtCalls(t: Test, random: Random, format: Format): Promise<Tally> {
  const runs = await runsOf(t, random, format)
  const log = join(t.testdir({}), 'strace')
  const traced = (...more: string[]) =>
    ended(runs.dump(['strace', '-f', '-qq', '-e', 'signal=none', '-o', log, '-e', `trace=${CALLS}`, ...more]))
  runs.prepare(true)
  t.equal((await traced()).exit, 0)
  const names = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? [])
  const tally: Tally = { absent: 0, old: 0, complete: 0, DAMAGED: 0 }
  for (const [i, name] of names.entries()) {
    const nth = names.slice(0, i + 1).filter((other) => other === name).length
    runs.prepare(true)
    const { exit } = await traced('-e', `inject=${name}:signal=SIGKILL:when=${nth}`)
    t.equal(exit, 'SIGKILL', `killed at ${name} ${nth}`)
    const found = runs.found(true)
    tally[found]++
    if (found === 'DAMAGED') t.fail(`a damaged file after ${name} ${nth}`)
    await runs.assertRunsAgain()
  }
  t.comment(names, tally)
  return tally
}

/**
 * Kills `td-sluice dump` with SIGKILL, `kills` times at a random moment from its start to its end, over a download that
 * breaks off twice. After each kill the same command is run again and must succeed, and leave nothing but the file.
 */
export async function killCommand(t: Test, kills: number, random: Random, format: Format): Promise<Tally> {
  const runs = await runsOf(t, random, format)
  runs.prepare(false)
  const begin = performance.now()
  t.equal((await ended(runs.dump())).exit, 0)
  const usualMs = performance.now() - begin
  const tally: Tally = { absent: 0, old: 0, complete: 0, DAMAGED: 0 }
  for (let i = 0; i < kills; i++) {
    const replaces = random.oneIn(2)
    runs.prepare(replaces)
    const child = runs.dump()
    const end = ended(child)
    const after = random.below(Math.ceil(usualMs * 1.1))
    await sleep(after)
    child.kill('SIGKILL')
    await end
    const found = runs.found(replaces)
    tally[found]++
    if (found === 'DAMAGED') t.fail(`a damaged file after ${after} ms`)
    await runs.assertRunsAgain()
  }
  t.comment(`${kills} kills in runs of ${usualMs.toFixed(0)} ms`, tally)
  return tally
}

function finalAt(path: string, replaced: boolean, expected: Buffer): keyof Tally {
  let file: Buffer
  try {
    file = readFileSync(path)
  } catch {
    return replaced ? 'DAMAGED' : 'absent'
  }
  if (file.equals(expected)) return 'complete'
  return replaced && file.equals(Buffer.from(OLD)) ? 'old' : 'DAMAGED'
}
