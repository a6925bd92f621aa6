/** The files of a folder share a few encoders, and what one of them leaves behind does not show in the next. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { csv, json, ndjson, parquet, partitionBy, pipeline, type Sink } from '../../../src/index.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'

const SCHEMA = [
  ['key', 'bigint'],
  ['text', 'varchar'],
  ['list', 'array(varchar)'],
  ['x', 'double'],
] as const

/** Rows of `keys` partitions; some have long texts, NULLs, texts that are not UTF-8, and hardly a value twice. */
function rowsOf(keys: number, each = 3): unknown[][] {
  return Array.from({ length: keys * each }, (_, i) => [
    i % keys,
    i % 7 === 0 ? null : i % 11 === 0 ? 'é'.repeat(300) : `text ${i}`,
    i % 5 === 0 ? [] : ['a', null, `b${i % 3}`],
    i % 4 === 0 ? null : i / 3,
  ])
}

/** Counts the instances of WebAssembly modules that `work` makes. */
async function instancesOf(
  work: () => Promise<unknown>,
  onMade: (instance: object) => void = () => {},
): Promise<number> {
  const wasm = (globalThis as unknown as { WebAssembly: { Instance: new (...args: never[]) => object } })
    .WebAssembly
  const { Instance } = wasm
  let made = 0
  wasm.Instance = new Proxy(Instance, {
    construct(target, args) {
      made++
      const instance = new target(...(args as never[]))
      onMade(instance)
      return instance
    },
  })
  try {
    await work()
  } finally {
    wasm.Instance = Instance
  }
  return made
}

function write(
  t: Test,
  rows: readonly unknown[][],
  make: (path: string) => Sink,
  { folder = join(t.testdir(), 'out'), maxOpenFiles = 4 }: { folder?: string; maxOpenFiles?: number } = {},
) {
  const sink = partitionBy(['key'], make, { folder, maxOpenFiles })
  return pipeline(resultOf(SCHEMA, rows), sink)
}

for (const [name, make] of Object.entries({
  csv: (path: string) => csv(`${path}.csv.gz`),
  ndjson: (path: string) => ndjson(`${path}.ndjson`),
  parquet: (path: string) => parquet(`${path}.parquet`),
})) {
  t.test(`${name}: 48 files, of which eight are open or being synced, take few encoders`, async (t) => {
    const made = await instancesOf(() => write(t, rowsOf(48), make))
    // Two instances for each Parquet file, one for the rows as they come, one held ready.
    t.ok(made <= 2 * 8 + 2, `${made} instances`)
  })
}

t.test('each file of a folder has the bytes that it would have alone', async (t) => {
  const rows = rowsOf(20)
  const home = t.testdir({})
  for (const [end, make] of [
    ['csv', csv],
    ['json', json],
    ['parquet', parquet],
  ] as const) {
    const folder = join(home, end)
    await write(t, rows, (path) => make(`${path}.${end}`), { folder, maxOpenFiles: 2 })
    for (const key of [0, 7, 11, 19]) {
      const alone = join(home, `alone.${end}`)
      const own = rows.filter(([k]) => k === key).map(([, ...rest]) => rest)
      await pipeline(resultOf(SCHEMA.slice(1), own), make(alone))
      const written = readFileSync(join(folder, `key=${key}`, `part-0.${end}`))
      t.ok(written.equals(readFileSync(alone)), `${end} of ${key}`)
    }
  }
})

t.test(
  'complete files of inferred types, which share nothing, do not keep their encoders until the end',
  async (t) => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const living = new Set<WeakRef<object>>()
    let opened = 0
    let alive = 0
    const make = (path: string): Sink => {
      const sink = parquet(`${path}.parquet`)
      return {
        ...sink,
        open: async (context) => {
          if (++opened === 24) {
            await delay(50)
            collect()
            alive = [...living].filter((instance) => instance.deref() !== undefined).length
          }
          return sink.open(context)
        },
      }
    }
    const schema = [
      ['key', 'bigint'],
      ['what', 'something new'],
    ] as const
    const rows = rowsOf(24).map(([key, text]) => [key, text])
    const sink = partitionBy(['key'], make, { folder: join(t.testdir(), 'out'), maxOpenFiles: 1 })
    const made = await instancesOf(
      () => pipeline(resultOf(schema, rows), sink),
      (instance) => living.add(new WeakRef(instance)),
    )
    t.ok(made >= 24, `${made} instances were made`)
    t.ok(alive <= 12, `${alive} were alive before the last file`)
  },
)

t.test('a complete file that waits for the others keeps none of its streams and encoders', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (const [end, write] of [
    ['parquet', parquet],
    ['csv', csv],
  ] as const) {
    let opened = 0
    const heap: number[] = []
    const make = (path: string): Sink => {
      const sink = write(`${path}.${end}`)
      return {
        ...sink,
        open: async (context) => {
          if (++opened % 150 === 0) {
            await delay(50)
            collect()
            heap.push(process.memoryUsage().heapUsed)
          }
          return sink.open(context)
        },
      }
    }
    const folder = join(t.testdir({}), end)
    await pipeline(resultOf(SCHEMA, rowsOf(450)), partitionBy(['key'], make, { folder, maxOpenFiles: 2 }))
    const [, second, third] = heap as [number, number, number]
    const bytes = (third - second) / 150
    t.ok(bytes < 16 * 1024, `${bytes.toFixed()} bytes of the heap for each file of ${end}`)
  }
})
