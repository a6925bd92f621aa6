import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import type { Random } from '../../../bench/random.js'
import { soundResult } from '../../reference/result-oracle.js'
import { cut, serve } from '../client/result.js'
import { close, reply, reset, type Step } from '../client/server.js'
import { csvOf, OLD, packRows, type RunResult, textRows, WholeRuns } from './run.js'

/** How many runs ended how. */
export type Tally = Record<string, number>

/** A run has failed properly: one line with a code of the exit expected, and the old file is still there. */
function failedCleanly({ exit, file, stderr }: RunResult, exits: readonly number[]): boolean {
  return exits.includes(exit) && file === OLD && /^td-sluice: E_\w+: [^\n]+\n/.test(stderr)
}

/** Cuts the body of whole runs at every `stride`th byte, by close and by reset: the file must be the same each time. */
export async function cutWholeRuns(t: Test, stride: number): Promise<number> {
  const rows = textRows(330)
  const bytes = gzipSync(packRows(rows))
  const expected = csvOf(rows)
  const runs = await WholeRuns.start(t)
  runs.serve(bytes, rows.length)
  let count = 0
  for (let at = 0; at < bytes.length; at += stride) {
    for (const how of ['close', 'reset'] as const) {
      const { exit, file, stderr } = await runs.run([cut(bytes, at, how), serve(bytes)])
      if (exit !== 0 || file !== expected) t.fail(`${how} at ${at}: exit ${exit} ${stderr}`)
      count++
    }
  }
  t.comment(`${count} runs, ${bytes.length} bytes each`)
  return count
}

/** Flips every `stride`th bit of a small result: damage is told, or the file is as it should be all the same. */
export async function flipBits(t: Test, stride: number): Promise<Tally> {
  const rows = textRows(60)
  const good = gzipSync(packRows(rows))
  const runs = await WholeRuns.start(t, ['--retries', '0'])
  const tally: Tally = { 'exit 12': 0, same: 0, WRONG: 0 }
  for (let bit = 0; bit < good.length * 8; bit += stride) {
    const bad = Buffer.from(good)
    bad[bit >> 3]! ^= 1 << (bit & 7)
    runs.serve(bad, rows.length)
    const result = await runs.run()
    if (result.exit === 0 && result.file === csvOf(rows)) tally.same!++
    else if (failedCleanly(result, [12])) tally['exit 12']!++
    else {
      tally.WRONG!++
      t.fail(`bit ${bit}: exit ${result.exit} ${result.stderr}`)
    }
  }
  t.comment(`${good.length} bytes`, tally)
  return tally
}

/**
 * Results that end too early though the transfer is complete: the gzip data cut at every `stride`th byte, and
 * whole gzip around rows cut at every `stride`th byte, with and without `num_records` to compare with.
 */
export async function truncateInside(t: Test, stride: number): Promise<Tally> {
  const rows = textRows(60)
  const decoded = packRows(rows)
  const packed = gzipSync(decoded)
  const runs = await WholeRuns.start(t, ['--retries', '0'])
  const tally: Tally = {}
  const attempt = async (bytes: Buffer, what: string, numRecords: number | null) => {
    runs.serve(bytes, rows.length, { num_records: numRecords })
    const result = await runs.run()
    // Without a count, an end between two rows cannot be told from the end; the oracle knows which ones those are.
    const sound = soundResult(bytes, { columns: 2, rows: numRecords ?? undefined })
    const fits =
      sound === undefined
        ? failedCleanly(result, [12])
        : result.exit === 0 && result.file === csvOf(rows.slice(0, sound.rows.length))
    const outcome = fits ? `${what}: exit ${result.exit}` : 'WRONG'
    tally[outcome] = (tally[outcome] ?? 0) + 1
    if (!fits) t.fail(`${what}, ${bytes.length} bytes: exit ${result.exit} ${result.stderr}`)
  }
  for (let at = 0; at < packed.length; at += stride) {
    await attempt(packed.subarray(0, at), 'gzip cut', rows.length)
  }
  for (let at = 0; at < decoded.length; at += stride) {
    const bytes = gzipSync(decoded.subarray(0, at))
    await attempt(bytes, 'rows cut', rows.length)
    await attempt(bytes, 'rows cut, count unknown', null)
  }
  t.comment(tally)
  return tally
}

/** Runs over a server that breaks every download up to twenty times in random ways: each row comes exactly once. */
export async function breakWholeRuns(t: Test, count: number, random: Random): Promise<void> {
  const runs = await WholeRuns.start(t, ['--retries', '50'])
  let cuts = 0
  for (let i = 0; i < count; i++) {
    const rows = textRows(1 + random.below(3000), i + 1)
    const bytes = gzipSync(packRows(rows))
    runs.serve(bytes, rows.length)
    const steps = Array.from({ length: random.below(21) }, () => randomBreak(bytes, random))
    cuts += steps.length
    const { exit, file, stderr } = await runs.run(steps)
    if (exit !== 0 || file !== csvOf(rows)) t.fail(`run ${i}: exit ${exit} ${stderr}`)
  }
  // Some downloads are complete before all their breaks were needed.
  runs.server.replace('GET job/result/7', [])
  t.comment(`${count} runs, up to ${cuts} breaks`)
}

function randomBreak(bytes: Buffer, random: Random): Step {
  const etag = random.pick(['"v1"', '"v1"', '"v1"', '', 'W/"v1"'])
  const options = { etag, ranges: !random.oneIn(4) }
  return random.pick<() => Step>([
    () => cut(bytes, random.below(bytes.length), 'close', options),
    () => cut(bytes, random.below(bytes.length), 'reset', options),
    () => reply(random.pick([500, 502, 503, 429, 408])),
    () => reset(),
    () => close('HTTP/1.1 200 OK\r\ncontent-le'),
  ])()
}
