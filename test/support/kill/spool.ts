import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import type { Random } from '../../../bench/random.js'
import { startSandbox } from '../../../src/sandbox/index.js'
import { COLUMNS, csvOf, packRows } from '../faults/run.js'
import { ended, start } from '../files/child.js'

const COMMAND = fileURLToPath(new URL('../../../dist/cli/start.cjs', import.meta.url))
const MIB = 1024 * 1024

export interface SpoolKills {
  /** Kills after which the next run did not make the right file, or left something. */
  readonly wrong: number
  /** The most bytes of one kill that were in the spool, but not in its record: the next run fetches them again. */
  readonly mostLost: number
  /** The most bytes of one kill that were sent twice: those, and what was on its way in sockets. */
  readonly mostSentTwice: number
  /** Kills in the middle of the download. */
  readonly interrupted: number
}

/**
 * Kills `td-sluice dump --spool` with SIGKILL at random moments of its download, and lets the next run finish it.
 *
 * @param connections over how many connections
 */
export async function killSpooled(
  t: Test,
  kills: number,
  connections: number,
  random: Random,
): Promise<SpoolKills> {
  // Texts that hardly compress: the download is what takes the time.
  const rows = Array.from({ length: 3000 }, (_, i): [number, string] => [
    i,
    randomBytes(9000).toString('base64'),
  ])
  const expected = csvOf(rows)
  const body = gzipSync(packRows(rows), { level: 1 })
  const sandbox = await startSandbox({ bytesPerSecond: (24 * MIB) / connections })
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ schema: COLUMNS, body, numRecords: rows.length })
  const dir = t.testdir({})
  const spool = join(dir, 'spool')
  const env = { PATH: process.env.PATH, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const args = ['dump', id, '-o', join(dir, 'out.csv'), '--spool', spool, '--connections', `${connections}`]
  const dump = (): ChildProcess => start([process.execPath, COMMAND, ...args, '--quiet'], { env })
  const tally = { wrong: 0, mostLost: 0, mostSentTwice: 0, interrupted: 0 }
  for (let i = 0; i < kills; i++) {
    rmSync(join(dir, 'out.csv'), { force: true })
    const before = sandbox.log.length
    const child = dump()
    const end = ended(child)
    await sleep(200 + random.below(1400))
    child.kill('SIGKILL')
    await end
    const between = sandbox.log.length
    tally.mostLost = Math.max(tally.mostLost, unrecordedBytes(spool))
    const again = await ended(dump())
    const sent = (from: number, to?: number) =>
      sandbox.log
        .slice(from, to)
        .reduce((sum, entry) => sum + (entry.endpoint === 'result' ? entry.bytesSent : 0), 0)
    if (sent(before, between) > 0 && sent(between) > 0) tally.interrupted++
    tally.mostSentTwice = Math.max(tally.mostSentTwice, sent(before) - body.length)
    const right = again.exit === 0 && readFileSync(join(dir, 'out.csv'), 'utf8') === expected
    if (right && readdirSync(spool).length === 0) continue
    tally.wrong++
    t.fail(`kill ${i}: exit ${again.exit}, ${again.stderr}`)
  }
  t.comment(`${connections} connections, ${(body.length / MIB).toFixed(1)} MiB`, tally)
  return tally
}

/** Bytes of the one result in a spool that its record does not count; 0 where there is none. */
function unrecordedBytes(spool: string): number {
  const files = existsSync(spool) ? readdirSync(spool) : []
  const bytes = files.find((name) => name.endsWith('.msgpack.gz'))
  if (bytes === undefined) return 0
  const record = files.find((name) => name.endsWith('.json'))
  const recorded = record === undefined ? 0 : JSON.parse(readFileSync(join(spool, record), 'utf8')).bytes
  return statSync(join(spool, bytes)).size - recorded
}
