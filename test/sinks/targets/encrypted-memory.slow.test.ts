/** Encryption keeps no more of a large result in memory than of a small one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { ageKey } from '../../support/age/keys.js'
import { CLI_ARGS } from '../../support/cli/run.js'
import { packRows } from '../../support/msgpack/encoded-results.js'

t.setTimeout(600_000)

const PRELOAD = new URL('../../support/process/peak-memory.mjs', import.meta.url).href
const { recipient } = await ageKey()

/** 20 MB. */
const MEMBER = gzipSync(packRows(Array.from({ length: 80_000 }, (_, i) => [i, `${i} `.repeat(40)])), {
  level: 1,
})

for (const [name, format] of [
  ['csv', 'csv'],
  ['csv.gz', 'csv.gz'],
  ['parquet', 'parquet'],
] as const) {
  t.test(`an encrypted ${name} of 120 MB takes about as much memory as one of 40 MB`, async (t) => {
    const folder = t.testdir()
    const peak = async (members: number) => {
      const input = join(folder, `${members}.msgpack.gz`)
      const file = openSync(input, 'w')
      for (let i = 0; i < members; i++) writeSync(file, MEMBER)
      closeSync(file)
      const output = join(folder, `${members}.${name}.age`)
      const args = ['convert', input, '-o', output, '-f', format, '--encrypt-to', recipient, '--quiet']
      const child = spawn(process.execPath, ['--import', PRELOAD, ...CLI_ARGS, ...args], {
        stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      })
      const [mib, [code]] = await Promise.all([text(child.stdio[3] as Readable), once(child, 'exit')])
      t.equal(code, 0)
      t.comment(`${name}: ${Number(mib).toFixed(0)} MiB for ${(statSync(output).size / 1e6).toFixed(0)} MB`)
      return Number(mib)
    }
    const [small, large] = [await peak(2), await peak(6)]
    // A copy of the output, or a queue without a bound, would add 80 MB.
    t.ok(large - small <= 48, `grown by ${large - small} MiB`)
  })
}
