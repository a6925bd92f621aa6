import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { RingGunzip } from '../../../src/transforms/decode/ring-gunzip.js'
import { ended } from '../../support/files/child.js'
import { outcome, sampleText } from '../../support/gzip/cases.js'
import { importable, programArgs } from '../../support/process/modules.js'
import { workers } from '../../support/process/workers.js'

const MIB = 1024 * 1024
const INLINE = { threadFrom: Number.POSITIVE_INFINITY }
const THREAD = { threadFrom: 0, waitsForThread: true }
const WAYS = [
  { by: 'inline', options: INLINE },
  { by: 'in a thread', options: THREAD },
]

/** Pieces of random lengths, which no ring has its end at. */
function piecesOf(data: Buffer, bytes = 70_001): Buffer[] {
  return Array.from({ length: Math.ceil(data.length / bytes) }, (_, i) =>
    data.subarray(i * bytes, (i + 1) * bytes),
  )
}

for (const threadFrom of [0, 2 * MIB]) {
  t.test(
    `a thread that starts at ${threadFrom} bytes takes over in the middle, and no byte is lost`,
    async (t) => {
      const data = Buffer.concat([sampleText(MIB), randomBytes(3 * MIB), Buffer.alloc(5 * MIB)])
      const packed = gzipSync(data, { level: 1 })
      const started = workers(t)
      const stage = new RingGunzip({ threadFrom })
      const found: Buffer[] = []
      const read = (async () => {
        for await (const chunk of stage) found.push(chunk)
      })()
      for (const piece of piecesOf(packed)) {
        await new Promise((resolve) => stage.write(piece, resolve))
        await turn()
      }
      stage.end()
      await read
      t.equal(started.length, 1)
      t.ok(Buffer.concat(found).equals(data))
    },
  )
}

for (const { by, options } of WAYS) {
  t.test(`data that ends where a piece or the ring does, ${by}`, async (t) => {
    for (const bytes of [MIB, 2 * MIB, 4 * MIB]) {
      const data = randomBytes(bytes)
      const found = await outcome(new RingGunzip(options), [gzipSync(data, { level: 0 })])
      t.ok(data.equals(found as Buffer), `${bytes} bytes`)
    }
  })

  t.test(`chunks belong to a reader that gives none back, ${by}`, async (t) => {
    const data = Buffer.concat([randomBytes(4 * MIB), sampleText(MIB)])
    const found = await outcome(new RingGunzip(options), piecesOf(gzipSync(data, { level: 1 })))
    t.ok(data.equals(found as Buffer))
    const stage = new RingGunzip(options)
    stage.end(gzipSync(data, { level: 1 }))
    for await (const chunk of stage) t.type(chunk.buffer, ArrayBuffer)
  })

  t.test(`chunks that are lent are read where they were inflated, ${by}`, async (t) => {
    const data = Buffer.concat([randomBytes(4 * MIB), sampleText(MIB)])
    const stage = new RingGunzip(options)
    stage.lend()
    stage.end(gzipSync(data, { level: 1 }))
    let at = 0
    const places = new Set<ArrayBufferLike>()
    for await (const chunk of stage) {
      t.ok(chunk.equals(data.subarray(at, at + chunk.length)))
      at += chunk.length
      places.add(chunk.buffer)
      stage.recycle(chunk)
    }
    t.equal(at, data.length)
    t.equal(places.size, 1)
    t.type([...places][0], SharedArrayBuffer)
  })

  t.test(
    `a chunk stays as it is until it is given back, however far the inflater could go, ${by}`,
    async (t) => {
      const data = randomBytes(12 * MIB)
      const stage = new RingGunzip(options)
      stage.lend()
      stage.end(gzipSync(data, { level: 0 }))
      let at = 0
      const held: Buffer[] = []
      const giveBack = () => {
        const first = held.shift()!
        if (!first.equals(data.subarray(at, at + first.length))) t.fail(`at ${at}`)
        at += first.length
        stage.recycle(first)
      }
      for await (const chunk of stage) {
        held.push(chunk)
        // The thread has time to go on as far as it can.
        await delay(2)
        if (held.length === 3) giveBack()
      }
      while (held.length > 0) giveBack()
      t.equal(at, data.length)
    },
  )

  t.test(
    `memory of a stream that has ended is not used again while a chunk of it is held, ${by}`,
    async (t) => {
      const data = sampleText(MIB)
      const stage = new RingGunzip(options)
      stage.lend()
      stage.end(gzipSync(data))
      const held: Buffer[] = []
      for await (const chunk of stage) held.push(chunk)
      const other = () => outcome(new RingGunzip(options), [gzipSync(randomBytes(4 * MIB), { level: 0 })])
      await other()
      t.ok(Buffer.concat(held).equals(data))
      stage.recycle(held.at(-1)!)
      await other()
      t.equal(Buffer.concat(held).equals(data), options === THREAD, 'then it is, unless a thread was there')
    },
  )

  t.test(`F18: a stage that is destroyed in the middle leaves no thread, ${by}`, async (t) => {
    const started = workers(t)
    const stage = new RingGunzip(options)
    for (const piece of piecesOf(gzipSync(randomBytes(9 * MIB), { level: 0 }))) stage.write(piece)
    await once(stage, 'readable')
    const left = started.map((worker) => once(worker, 'exit'))
    t.equal(left.length, options === THREAD ? 1 : 0)
    stage.destroy(new Error('enough'))
    t.equal((await once(stage, 'error'))[0].message, 'enough')
    await Promise.all(left)
  })
}

for (const what of ['the last byte', 'damage']) {
  t.test(`a thread ends by itself behind ${what}`, async (t) => {
    const packed = gzipSync(sampleText(2 * MIB))
    if (what === 'damage') packed[packed.length - 7]! ^= 1
    const started = workers(t)
    const stage = new RingGunzip(THREAD)
    const found = outcome(stage, piecesOf(packed))
    await turn()
    await turn()
    const left = once(started[0]!, 'exit')
    const expected = what === 'damage' ? 'E_GZIP' : sampleText(2 * MIB)
    t.ok(Buffer.from(expected as string).equals(Buffer.from((await found) as string)))
    await left
  })
}

t.test('F35: where no thread may be started the work is done inline', async (t) => {
  workers(
    t,
    (Worker) =>
      class extends Worker {
        constructor() {
          super('', { eval: true })
          throw Object.assign(new Error('Access to this API has been restricted'), {
            code: 'ERR_ACCESS_DENIED',
          })
        }
      },
  )
  const data = sampleText(MIB)
  t.ok(data.equals((await outcome(new RingGunzip(THREAD), piecesOf(gzipSync(data)))) as Buffer))
})

t.test('a thread that does not come to work is done without', async (t) => {
  workers(
    t,
    (Worker) =>
      class extends Worker {
        constructor() {
          super('throw new Error("not here")', { eval: true })
        }
      },
  )
  const data = sampleText(MIB)
  t.ok(data.equals((await outcome(new RingGunzip(THREAD), piecesOf(gzipSync(data)))) as Buffer))
})

t.test('a thread that is ended in the middle is a failure, not an end', async (t) => {
  const started = workers(t)
  const stage = new RingGunzip(THREAD)
  stage.write(gzipSync(randomBytes(9 * MIB), { level: 0 }))
  const { value } = await stage[Symbol.asyncIterator]().next()
  t.ok(value.length > 0)
  const failed = once(stage, 'error')
  await started[0]!.terminate()
  const [error] = await failed
  t.match(error, { code: 'E_INTERNAL', message: /thread/ })
})

/** A program that inflates in a thread, and what it prints and returns. */
async function programOf(lines: string) {
  const program = `
    import { gzipSync } from 'node:zlib'
    import { randomBytes } from 'node:crypto'
    import { RingGunzip } from ${importable(new URL('../../../src/transforms/decode/ring-gunzip.ts', import.meta.url))}
    const stage = new RingGunzip({ threadFrom: 0, waitsForThread: true })
    const packed = gzipSync(randomBytes(9 << 20), { level: 0 })
    ${lines}`
  const child = spawn(process.execPath, programArgs(program), { env: { PATH: process.env.PATH } })
  const { exit, stdout, stderr } = await ended(child)
  return { exit, stdout: `${stdout}`, stderr }
}

t.test('a thread that sleeps does not keep a program running, nor one that has all it can do', async (t) => {
  const full =
    'stage.write(packed); await new Promise((done) => stage.once("readable", done)); console.log("left")'
  t.match(await programOf(full), { exit: 0, stdout: 'left\n' })
  const idle =
    'stage.write(packed.subarray(0, 100_000)); stage.once("data", () => { stage.pause(); console.log("left") })'
  t.match(await programOf(idle), { exit: 0, stdout: 'left\n' })
})

t.test('a program ends at once by process.exit, whatever its thread does', async (t) => {
  const working = 'stage.write(packed); stage.once("data", () => process.exit(7))'
  t.match(await programOf(working), { exit: 7 })
  const asleep =
    'stage.write(packed.subarray(0, 100_000)); stage.once("data", () => setTimeout(() => process.exit(7), 100))'
  t.match(await programOf(asleep), { exit: 7 })
})

t.test('a program that waits for nothing but the thread hears what it says', async (t) => {
  const damaged =
    'packed[packed.length - 6] ^= 1; stage.resume().on("error", ({ code }) => console.log(code)).end(packed)'
  t.match(await programOf(damaged), { exit: 0, stdout: 'E_GZIP\n' })
  const good = 'stage.resume().on("end", () => console.log("end")).end(packed)'
  t.match(await programOf(good), { exit: 0, stdout: 'end\n' })
})

t.test(
  'F32: with a limit on the address space there is no thread, as V8 would end the process',
  async (t) => {
    const fs = createRequire(import.meta.url)('node:fs')
    const { readFileSync } = fs
    t.teardown(() => {
      fs.readFileSync = readFileSync
      syncBuiltinESMExports()
    })
    const started = workers(t)
    const data = sampleText(MIB)
    for (const [limit, threads] of [
      ['2500000000', 0],
      ['unlimited', 1],
    ] as const) {
      fs.readFileSync = (path: string, ...rest: unknown[]) =>
        path === '/proc/self/limits'
          ? `Max file locks unlimited\nMax address space         ${limit}           unlimited            bytes\n`
          : readFileSync(path, ...rest)
      syncBuiltinESMExports()
      t.ok(data.equals((await outcome(new RingGunzip(THREAD), piecesOf(gzipSync(data)))) as Buffer))
      t.equal(started.length, threads)
    }
  },
)
