// Checked by `npm run check`: functions are typed along a pipeline. Nothing here runs.
import { Transform as NodeTransform } from 'node:stream'
import {
  cast,
  csv,
  exclude,
  filter,
  flatMap,
  job,
  limit,
  map,
  type OpenResult,
  type PlanEdit,
  pipeline,
  type Row,
  rename,
  select,
  type Transform,
  tap,
  through,
  type Value,
  validate,
} from 'td-sluice'
import * as z from 'zod'
import { expectTrue, type Same } from './expect.js'

const source = job('1')
const sink = csv('a')
const Hit = z.object({ path: z.string(), code: z.number(), user: z.string().optional(), at: z.date() })

// What nobody knows is a row of the result.
const same = map((row) => {
  expectTrue<Same<typeof row, Row<never>>>()
  return row
})
pipeline(source, same, sink)

// After a schema, rows are what it makes.
pipeline(
  source,
  validate(Hit),
  filter((row) => {
    expectTrue<Same<typeof row, { path: string; code: number; user: string | null; at: Date }>>()
    return row.code === 404
  }),
  tap((row, index) => console.log(row.path.length + index)),
  map(({ path, code }) => ({ path, failed: code >= 400, more: code > 1 ? [code] : undefined, big: 1n })),
  tap((row) => {
    expectTrue<
      Same<typeof row, { path: string; failed: boolean; more: number[] | null; big: number | bigint }>
    >()
  }),
  flatMap((row) => row.more!.map((n) => ({ n }))),
  filter(async (row) => row.n > 1),
  sink,
  { verifyCount: false },
)

// Edits of columns keep what is known.
pipeline(
  source,
  validate(Hit),
  select(['path', 'code']),
  rename({ path: 'place' }),
  limit(5),
  tap((row) => {
    expectTrue<Same<typeof row, { place: string; code: number }>>()
  }),
  cast({ code: 'varchar' }),
  exclude(['place']),
  tap((row) => {
    expectTrue<Same<typeof row, { code: string | null }>>()
  }),
  sink,
)
const renamed = map((row: Row<never>) => {
  expectTrue<Same<typeof row.b, Value<never> | undefined>>()
  return { b: row.b }
})
pipeline(source, select(['a']), rename({ a: 'b' }), renamed, sink)

// A type that is named is believed, as that of rows, with the option that it needs.
const notFound = filter<{ code: number }>((row) => row.code === 404)
pipeline(source, notFound, sink)
const texts = map<{ n: bigint }, { n: string }>(({ n }) => ({ n: String(n) }), { int64: 'bigint' })
pipeline(source, texts, sink)
// @ts-expect-error integers are numbers by default
map<{ n: bigint }, object>(({ n }) => ({ n }))
// @ts-expect-error integers are numbers by default
tap<{ n: bigint }>(({ n }) => n, {})

const checked = validate(Hit)
pipeline(
  source,
  checked,
  // @ts-expect-error the schema has no such column
  filter((row) => row.nothing === 1),
  sink,
)
pipeline(
  source,
  checked,
  // @ts-expect-error nor has it a number there
  tap((row) => row.path.toFixed()),
  sink,
  { verifyCount: false },
)
pipeline(
  source,
  checked,
  select(['code']),
  // @ts-expect-error the column was left out
  tap((row) => row.path),
  sink,
)
const wanting = filter<{ b: number }>((row) => row.b > 1)
const giving = map((_row) => ({ a: 1 }))
// @ts-expect-error rows of another type come
pipeline(source, giving, wanting, sink)

// Whatever else there is counts as any transform.
declare const edits: PlanEdit[]
declare const own: Transform
pipeline(source, ...edits, checked, sink)
pipeline(
  source,
  own,
  map((row) => ({ a: row.a })),
  sink,
)
const anyRows = through(new NodeTransform({ objectMode: true }))
pipeline(
  source,
  anyRows,
  tap((row) => console.log(row.a)),
  sink,
)
const many: Transform[] = [map((row) => ({ a: row.a })), filter((row) => row.a === null), limit(5)]
pipeline(source, ...many, ...many, sink, { onAbort: 'kill' })

declare const result: OpenResult
result.to(
  checked,
  map((row) => ({ n: row.code + 1 })),
  tap((row) => row.n.toFixed()),
  sink,
)
// @ts-expect-error rows of another type come
result.to(giving, wanting, sink)

// The twelfth knows what the eleventh makes.
pipeline(
  source,
  validate(Hit),
  filter((row) => row.code > 1),
  map(({ code }) => ({ n: code })),
  tap((row) => console.log(row.n.toFixed())),
  map(({ n }) => ({ a: `${n}` })),
  filter((row) => row.a.length > 1),
  limit(5),
  map(({ a }) => ({ b: a.length })),
  filter((row) => row.b > 1),
  tap((row) => console.log(row.b.toFixed())),
  map(({ b }) => ({ c: b > 1 })),
  tap((row) => {
    expectTrue<Same<typeof row, { c: boolean }>>()
  }),
  sink,
  { verifyCount: false },
)
