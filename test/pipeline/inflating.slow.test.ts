import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { csv, file, limit, map, ndjson, parquet, pipeline, type Sink, tee } from '../../src/index.js'
import { inflating } from '../../src/transforms/decode/gunzip.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const SCHEMA = '[["n","bigint"],["text","varchar"],["list","array(bigint)"]]'
const ROWS = 60_000

/** The ways to inflate a result in a whole run. */
const WAYS: Readonly<Record<string, typeof inflating>> = {
  'by zlib': { inlineTo: 0 },
  inline: { inlineTo: Number.POSITIVE_INFINITY },
}

const rows = Array.from({ length: ROWS }, (_, n) => [n, `${n * 7919}`.repeat(n % 40), [n, n * n]])

function use(t: Test, options: typeof inflating): void {
  const before = { ...inflating }
  Object.assign(inflating, options)
  t.teardown(() => Object.assign(inflating, before))
}

/** Ends a write only when it has the next one, so that one always waits. */
class OneBehind extends Writable {
  readonly hash = createHash('sha256')
  #done: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1.5 * 1024 * 1024 })
  }

  override write(...args: unknown[]): boolean {
    this.#finish()
    return super.write(...(args as Parameters<Writable['write']>))
  }

  override end(...args: unknown[]): this {
    this.#finish()
    return super.end(...(args as Parameters<Writable['end']>))
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.hash.update(chunk)
    this.#done = done
    if (this.writableEnded) setImmediate(() => this.#finish())
  }

  #finish(): void {
    const done = this.#done
    this.#done = undefined
    done?.()
  }
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

t.test('whoever inflates, the outputs are the same', async (t) => {
  const folder = t.testdir({})
  const input = join(folder, 'rows.msgpack.gz')
  writeFileSync(input, gzipSync(packRows(rows), { level: 1 }))
  const out = (name: string) => join(folder, name)
  const sinks: Readonly<Record<string, (path: string) => Sink>> = {
    csv: (path) => csv(path),
    'csv.gz': (path) => csv(path),
    parquet: (path) => parquet(path),
    ndjson: (path) => tee(ndjson(path), csv(`${path}.csv`)),
  }
  const found = new Map<string, Set<string>>()
  for (const [way, options] of Object.entries(WAYS)) {
    await t.test(way, async (t) => {
      use(t, options)
      for (const [name, sink] of Object.entries(sinks)) {
        const path = out(`out.${name}`)
        const report = await pipeline(file(input, { schema: SCHEMA }), sink(path))
        t.equal(report.rowsWritten, ROWS)
        found.set(name, (found.get(name) ?? new Set()).add(sha256(path)))
      }
      const mapped = await pipeline(
        file(input, { schema: SCHEMA }),
        map((row: { n: number }) => ({ n: row.n + 1 })),
        csv(out('mapped.csv'), { header: false }),
      )
      t.equal(mapped.rowsWritten, ROWS)
      t.match(readFileSync(out('mapped.csv'), 'utf8'), new RegExp(`^1\n2\n[^]*\n${ROWS}\n$`))
    })
  }
  for (const [name, hashes] of found) t.equal(hashes.size, 1, name)
})

for (const [way, options] of Object.entries(WAYS)) {
  t.test(`failures are the same, with the number of their row, ${way}`, async (t) => {
    use(t, options)
    const folder = t.testdir({})
    const run = (packed: Buffer, ...transforms: ReturnType<typeof limit>[]) => {
      const input = join(folder, 'rows.msgpack.gz')
      writeFileSync(input, packed)
      const source = file(input, { schema: SCHEMA })
      const sink = csv(join(folder, 'out.csv'))
      return transforms.length > 0 ? pipeline(source, transforms[0]!, sink) : pipeline(source, sink)
    }
    const good = gzipSync(packRows(rows), { level: 1 })
    const wrong = packRows([...rows, [1, 'two cells']])
    await t.rejects(run(gzipSync(wrong, { level: 1 })), {
      code: 'E_SCHEMA',
      message: new RegExp(`row ${ROWS + 1} has 2 cells`),
    })
    await t.rejects(run(good.subarray(0, good.length - 9)), { code: 'E_GZIP_TRUNCATED' })
    await t.rejects(run(Buffer.concat([good, Buffer.from('<html>')])), { code: 'E_TRAILING_DATA' })
    const damaged = Buffer.from(good)
    damaged[damaged.length - 6]! ^= 1
    await t.rejects(run(damaged), { code: 'E_GZIP', message: /incorrect data check/ })
    const limited = await run(Buffer.concat([good, Buffer.alloc(100)]), limit(10))
    t.equal(limited.rowsWritten, 10)
    t.equal((await run(Buffer.concat([good, good]))).rowsWritten, 2 * ROWS)
  })

  t.test(`a sink that is never done with all it was given gets everything, ${way}`, async (t) => {
    use(t, options)
    const input = join(t.testdir({}), 'rows.msgpack.gz')
    const packed = packRows([...rows, ...rows])
    writeFileSync(input, gzipSync(packed, { level: 1 }))
    const sink = new OneBehind()
    await pipeline(file(input, { schema: SCHEMA }), {
      format: 'test',
      open: async () => ({
        input: sink,
        copiesInput: true,
        rows: 2 * ROWS,
        commit: async () => ({ path: undefined, bytesOut: 0, replacedTexts: 0 }),
        discard: async () => {},
      }),
    })
    t.equal(sink.hash.digest('hex'), createHash('sha256').update(packed).digest('hex'))
  })

  t.test(`an abort ends the run at once, ${way}`, async (t) => {
    use(t, options)
    const folder = t.testdir({})
    const input = join(folder, 'rows.msgpack.gz')
    writeFileSync(input, gzipSync(packRows(rows), { level: 1 }))
    const controller = new AbortController()
    const slow = map(async (row: object) => {
      controller.abort()
      return row
    })
    const { signal } = controller
    await t.rejects(
      pipeline(file(input, { schema: SCHEMA }), slow, csv(join(folder, 'out.csv')), { signal }),
      {
        code: 'E_INTERRUPTED',
      },
    )
  })
}
