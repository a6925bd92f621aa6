import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { encode } from '@msgpack/msgpack'
import t from 'tap'
import { Packer } from '../bench/packer.js'
import { Random } from '../bench/random.js'
import { SHAPES } from '../bench/shapes.js'
import { startS3 } from './support/s3/server.js'
import { storeEnvironment } from './support/s3/store.js'

t.setTimeout(600_000)

const COMMAND = new URL('../dist/cli/start.cjs', import.meta.url).pathname
const PRELOAD = new URL('./support/process/peak-memory.mjs', import.meta.url).href

/** What is promised at any size, in MiB. */
const PROMISED_MIB = { csv: 128, ndjson: 128, parquet: 256 } as const

/** The same for an object of a store, with four parts of 16 MiB that are filled or on their way. */
const PROMISED_STORE_MIB = 150
const ROWS = 250_000

/** How many times 50 MB the large result has; `npm run test:long memory` takes 20, which is 1 GB. */
const LARGE = Number(process.env.MEMBERS ?? 4)

/** Writes one gzip member again and again. */
function writeResult(path: string, member: Buffer, members: number): void {
  const file = openSync(path, 'w')
  for (let i = 0; i < members; i++) writeSync(file, member)
  closeSync(file)
}

/** The access log of the benches: one gzip member, some 50 MB decoded. */
function oneMember(): { member: Buffer; decodedBytes: number } {
  const shape = SHAPES[0]!
  const packer = new Packer()
  const random = new Random(7)
  for (let i = 0; i < ROWS; i++) shape.row(packer, random, i)
  const rows = packer.take()
  return { member: gzipSync(rows, { level: 1 }), decodedBytes: rows.byteLength }
}

const MEMBER = oneMember()

function start(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, ['--import', PRELOAD, COMMAND, ...args, '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, ...env },
  })
}

async function peakOf(child: ChildProcess): Promise<number> {
  const [peak, [code]] = await Promise.all([text(child.stdio[3] as Readable), once(child, 'exit')])
  t.equal(code, 0)
  return Number(peak)
}

t.test('memory does not grow with the result', async (t) => {
  const folder = t.testdir()
  const [small, large] = [join(folder, 'small.msgpack.gz'), join(folder, 'large.msgpack.gz')]
  const { member, decodedBytes } = MEMBER
  writeResult(small, member, 1)
  writeResult(large, member, LARGE)
  const megabytes = (members: number) => `${((decodedBytes * members) / 1e6).toFixed(0)} MB`
  for (const format of ['csv', 'ndjson', 'parquet'] as const) {
    const peak = async (input: string) => {
      const child = start(['convert', input, '-o', '/dev/null', '-f', format])
      child.stdout!.resume()
      return peakOf(child)
    }
    const [smallPeak, largePeak] = [await peak(small), await peak(large)]
    const [before, after] = [smallPeak.toFixed(0), largePeak.toFixed(0)]
    t.comment(`${format}: ${before} MiB at ${megabytes(1)}, ${after} MiB at ${megabytes(LARGE)}`)
    t.ok(largePeak <= PROMISED_MIB[format], `${largePeak} MiB`)
    // A small Parquet file has only one row group, which is not full.
    if (format === 'parquet') continue
    t.ok(largePeak - smallPeak <= 32, `grown by ${largePeak - smallPeak} MiB`)
  }
})

t.test('inspecting a file takes no more memory for more rows', async (t) => {
  const folder = t.testdir()
  const { member } = MEMBER
  const peak = async (members: number) => {
    const path = join(folder, `${members}.msgpack.gz`)
    writeResult(path, member, members)
    const child = start(['inspect', path])
    child.stdout!.resume()
    return peakOf(child)
  }
  const [small, large] = [await peak(1), await peak(LARGE)]
  t.comment(`inspect: ${small.toFixed(0)} MiB at 1 time 50 MB, ${large.toFixed(0)} MiB at ${LARGE} times`)
  t.ok(large <= PROMISED_MIB.csv, `${large} MiB`)
  t.ok(large - small <= 32, `grown by ${large - small} MiB`)
})

/** As many columns as the limit allows, of which three in four are worth a dictionary. */
function wideMember(columns: number, rows: number): { member: Buffer; schema: string } {
  const random = new Random(11)
  const types = ['bigint', 'double', 'varchar', 'varchar']
  const cell = (column: number) => {
    switch (column % 4) {
      case 0:
        return random.below(500)
      case 1:
        return random.below(1000) / 8
      case 2:
        return `value ${random.below(300)}`
      default:
        return `text ${random.below(2 ** 31)}`
    }
  }
  const row = () => encode(Array.from({ length: columns }, (_, column) => cell(column)))
  const schema = Array.from({ length: columns }, (_, column) => [`column_${column}`, types[column % 4]])
  return {
    member: gzipSync(Buffer.concat(Array.from({ length: rows }, row)), { level: 1 }),
    schema: JSON.stringify(schema),
  }
}

t.test('10,000 columns of Parquet are within the promise too', async (t) => {
  const folder = t.testdir()
  const [input, schemaFile] = [join(folder, 'wide.msgpack.gz'), join(folder, 'schema.json')]
  const { member, schema } = wideMember(10_000, 200)
  writeResult(input, member, 8)
  writeFileSync(schemaFile, schema)
  const child = start(['convert', input, '--schema', `@${schemaFile}`, '-o', '/dev/null', '-f', 'parquet'])
  child.stdout!.resume()
  const mib = await peakOf(child)
  t.comment(`${mib.toFixed(0)} MiB`)
  t.ok(mib <= PROMISED_MIB.parquet, `${mib} MiB`)
})

t.test('a reader that takes a megabyte a second holds everything back', async (t) => {
  const path = join(t.testdir(), 'result.msgpack.gz')
  writeResult(path, MEMBER.member, 2)
  const child = start(['convert', path, '-f', 'csv', '-o', '-'])
  const peak = peakOf(child)
  let bytes = 0
  for (let second = 0; second < 4; second++) {
    const end = bytes + 1e6
    while (bytes < end) {
      const chunk = child.stdout!.read()
      if (chunk === null) await once(child.stdout!, 'readable')
      else bytes += chunk.length
    }
    await sleep(1000)
  }
  // What was read ahead by then is what counts; the rest may come as quickly as it can.
  child.stdout!.resume()
  const mib = await peak
  t.comment(`${mib.toFixed(0)} MiB`)
  t.ok(mib <= PROMISED_MIB.csv, `${mib} MiB`)
})

t.test('an object of a store takes no more memory for more rows', async (t) => {
  const server = await startS3(t)
  server.keepsBytes = false
  // As many parts are on their way as may be.
  server.partDelayMs = 500
  const folder = t.testdir()
  const { member } = MEMBER
  const peak = async (members: number) => {
    const path = join(folder, `${members}.msgpack.gz`)
    writeResult(path, member, members)
    const child = start(['convert', path, '-o', 's3://results/out.csv'], storeEnvironment(server))
    child.stdout!.resume()
    return peakOf(child)
  }
  // Both have more than the four parts that may be in memory.
  const [small, large] = [await peak(LARGE / 2), await peak(LARGE)]
  t.comment(
    `s3: ${small.toFixed(0)} MiB at ${LARGE / 2} times 50 MB, ${large.toFixed(0)} MiB at ${LARGE} times`,
  )
  t.ok(large <= PROMISED_STORE_MIB, `${large} MiB`)
  t.ok(large - small <= 48, `grown by ${large - small} MiB`)
  t.equal(server.mostParts, 4)
  t.ok(server.objects.get('out.csv')!.size > LARGE * 40e6)
})
