/** Six connections: what they gain and what they cost. Needs a build; `npm run test:long faults`. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const COMMAND = fileURLToPath(new URL('../../dist/cli/start.cjs', import.meta.url))
const PRELOAD = new URL('../support/process/peak-memory.mjs', import.meta.url).href
const MIB = 1024 * 1024
const PROMISED_MIB = 128

/** Texts of 8 KiB, stored rather than deflated: the download is what takes the time, not the inflating. */
function bulky(bytes: number) {
  const rows = Array.from({ length: bytes / 8192 }, (_, i) => [i, randomBytes(6144).toString('base64')])
  return { rows: rows.length, body: gzipSync(packRows(rows), { level: 0 }) }
}

const { rows, body } = bulky(256 * MIB)
const JOB = { schema: '[["n","bigint"],["text","varchar"]]', body, numRecords: rows }

async function dump(t: import('tap').Test, connections: number, bytesPerSecond?: number) {
  const sandbox = await startSandbox(bytesPerSecond === undefined ? {} : { bytesPerSecond })
  t.teardown(() => sandbox.close())
  const report = join(t.testdir({}), 'report.json')
  const args = [
    'dump',
    sandbox.addJob(JOB),
    '-f',
    'csv',
    '--connections',
    `${connections}`,
    '--report',
    report,
  ]
  const child = spawn(process.execPath, ['--import', PRELOAD, COMMAND, ...args, '--quiet', '-o', '-'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { PATH: process.env.PATH, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' },
  })
  const stdout = child.stdout as Readable
  const ending = Promise.all([text(child.stdio[3] as Readable), once(child, 'exit')])
  const end = async () => {
    const [peak, [code]] = await ending
    t.equal(code, 0)
    return {
      peakMib: Number(peak),
      seconds: JSON.parse(readFileSync(report, 'utf8')).durations.transfer / 1000,
    }
  }
  return { stdout, end, sandbox }
}

t.test('A11: a sink that takes four megabytes a second holds six connections back', async (t) => {
  const { stdout, end } = await dump(t, 6)
  let bytes = 0
  for (let second = 1; second <= 8; second++) {
    while (bytes < second * 4e6) {
      const chunk = stdout.read()
      if (chunk === null) await once(stdout, 'readable')
      else bytes += chunk.length
    }
    await sleep(1000)
  }
  stdout.resume()
  const { peakMib } = await end()
  t.comment(`${peakMib.toFixed(0)} MiB of ${PROMISED_MIB}`)
  t.ok(peakMib <= PROMISED_MIB, `${peakMib} MiB`)
})

t.test('at 10 MB/s a connection, six are at least five times as fast as one', async (t) => {
  const secondsOf = async (connections: number) => {
    const { stdout, end } = await dump(t, connections, 10e6)
    stdout.resume()
    const { seconds, peakMib } = await end()
    t.comment(
      `${connections}: ${seconds.toFixed(1)} s, ${(body.length / 1e6 / seconds).toFixed(1)} MB/s, ${peakMib.toFixed(0)} MiB`,
    )
    return seconds
  }
  const gain = (await secondsOf(1)) / (await secondsOf(6))
  t.ok(gain >= 5, `${gain.toFixed(2)} times as fast`)
})
