import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import * as z from 'zod'
import { MANIFEST_SCHEMA_PATH, manifestSchemaText } from '../../scripts/docs/manifest-schema.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { ManifestProblems } from '../../src/manifest/problems.js'
import { runInProcess } from '../support/cli/context.js'

const ROOT = new URL('../../', import.meta.url)
const text = readFileSync(new URL(MANIFEST_SCHEMA_PATH, ROOT), 'utf8')

interface Mapping {
  readonly properties: Readonly<Record<string, Mapping>>
  readonly patternProperties?: Readonly<Record<string, object>>
  readonly additionalProperties?: unknown
  readonly items?: Mapping
  readonly enum?: readonly unknown[]
}

const schema: Mapping = JSON.parse(text)
const [defaults, exported] = [schema.properties.defaults!, schema.properties.exports!.items!]

/** The keys that the parser does not know, of those given. */
function unknownKeys(source: object): string[] {
  try {
    parseManifest(JSON.stringify(source), 'x.yaml')
    return []
  } catch (error) {
    const { cause } = error as Error
    if (!(cause instanceof ManifestProblems)) throw error
    return cause.problems.flatMap(({ message }) => /^unknown key ([\w-]+)/.exec(message)?.[1] ?? [])
  }
}

t.test('the schema for editors is the one that npm run docs makes', async (t) => {
  t.equal(text, manifestSchemaText())
  const { exports } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
  t.equal(exports['./manifest.schema.json'], `./${MANIFEST_SCHEMA_PATH}`)
})

t.test('the schema and the parser know the same keys, at each level', async (t) => {
  const levels: readonly (readonly [Mapping, (keys: object) => object])[] = [
    [schema, (keys) => keys],
    [defaults, (keys) => ({ version: 1, exports: [], defaults: keys })],
    [exported, (keys) => ({ version: 1, exports: [keys] })],
  ]
  for (const [level, inside] of levels) {
    const keys = Object.keys(level.properties)
    t.ok(keys.length > 5)
    const given = Object.fromEntries([...keys, 'x-note', 'qurey'].map((key) => [key, { wrong: 1 }]))
    t.strictSame(
      unknownKeys(inside(given)).filter((key) => key !== 'wrong'),
      ['qurey'],
    )
    t.equal(level.additionalProperties, false)
    t.strictSame(level.patternProperties, { '^x-': {} })
  }
})

t.test('the keys of the example are in the schema', async (t) => {
  const example = parse(readFileSync(new URL('examples/exports.yaml', ROOT), 'utf8'))
  for (const key of Object.keys(example)) t.ok(key in schema.properties, key)
  for (const each of example.exports)
    for (const key of Object.keys(each)) t.ok(key in exported.properties, key)
})

t.test('run --schema prints it', async (t) => {
  t.match(await runInProcess(['run', '--schema']), { exit: 0, stdout: text })
  t.match(await runInProcess(['run', '--schema', 'exports.yaml']), { exit: 2 })
  t.match(await runInProcess(['run']), { exit: 2, stderr: /E_USAGE: missing required argument 'manifest'/ })
})

t.test('a reader of JSON Schema accepts the example, and refuses typos and wrong values', async (t) => {
  const { $schema: _, title: __, ...plain } = JSON.parse(text)
  const reader = z.fromJSONSchema(plain)
  const example = readFileSync(new URL('examples/exports.yaml', ROOT), 'utf8')
  const accepts = (source: string) => reader.safeParse(parse(source, { merge: true })).success
  t.ok(accepts(example))
  t.ok(accepts(`${example}x-note: { of: the team }\n`))
  const wrong = [
    ['retries: 2', 'retires: 2'],
    ['schedule: daily', 'shedule: daily'],
    ['retries: 2', 'retries: many'],
    ['version: 1', 'version: 2'],
    ['concurrency: 2', 'concurrency: 99'],
  ] as const
  for (const [from, to] of wrong) t.notOk(accepts(example.replace(from, to)), to)
})

/** Values for keys of any type, right and wrong. */
const VALUES: readonly unknown[] = [
  ...[
    '',
    'a',
    'a,b',
    ' ',
    '5',
    '5m',
    '1.5h',
    '5 parsecs',
    '30d',
    '10MB',
    '10mb',
    '1KiB',
    '0B',
    '50%',
    '50',
    '%',
  ],
  ...[
    'csv',
    'CSV.GZ',
    'json.zst',
    'csv.age',
    'xlsx',
    'a/../b.csv',
    'decimal(10, 2)',
    'decimal(99,2)',
    'decimal',
  ],
  ...[
    'big int',
    ' double ',
    'hourly',
    '15m',
    '7m',
    'daily ',
    'VERY LOW',
    'norm',
    '+1',
    'urgent',
    'UTC',
    'Mars/Olympus',
  ],
  ...[
    'trino',
    'upsert',
    'v2',
    ';',
    '\\t',
    '"',
    'cp932',
    'sha256',
    'hmac-sha256',
    'redact',
    'append',
    'timestamp',
  ],
  ...[0, 1, -1, 2, 3, 5, 1.5, 1e9, 2 ** 60, true, false, null],
  ...[
    [],
    ['a'],
    ['a', ''],
    ['a,b'],
    [1],
    ['a', 'a'],
    [null],
    {},
    { a: 'b' },
    { a: null },
    { a: 1 },
    { '': 'b' },
  ],
  ...[{ a: 'redact' }, { email: 'sha256' }, { a: 'bigint' }, { a: 'decimal(3,1)' }, { date: '2026-01-31' }],
  ...[{ a: { date: '2026-01-31' } }, { a: [1, { int: '2' }] }, { a: { date: {} } }, { a: { nope: 1 } }],
  ...[{ column: 't', initial: 0 }, { column: 't', initial: '2026-01-01', lag: '1h' }, { column: 't' }],
  ...[
    { column: 't', initial: 0, lag: 5 },
    { rows: { min: 1 } },
    { rows: { max_change: '5%' } },
    { unique: [['a']] },
  ],
  ...[{ rows: { min: -1 } }, { rows: { max_change: 5 } }, { schema: 'same' }, { not_null: 'a' }, { x: 1 }],
]

/** What JSON Schema cannot say, or not in a way that editors could show. */
const BEYOND_SCHEMAS =
  /no such time zone|that divide a day|longest duration|Sizes are|unknown encoding|characters that are no ASCII|can be cast to|at least min and at most max/

t.test('the schema takes each manifest that the parser takes, and refuses the others', async (t) => {
  const { $schema: _, title: __, ...plain } = JSON.parse(text)
  const reader = z.fromJSONSchema(plain)
  const [taken, refused] = [new Set<string>(), new Set<string>()]
  const compare = (source: object, key: string) => {
    const shown = JSON.stringify(source)
    const isTaken = reader.safeParse(source).success
    let problems: readonly string[] = []
    try {
      parseManifest(shown, 'x.yaml')
    } catch (error) {
      const { cause } = error as Error
      if (!(cause instanceof ManifestProblems)) throw error
      problems = cause.problems.map(({ message }) => message)
    }
    if (problems.length === 0) {
      if (!isTaken) throw new Error(`the parser takes it and the schema does not: ${shown}`)
      taken.add(key)
    } else if (isTaken && problems.some((message) => !BEYOND_SCHEMAS.test(message)))
      throw new Error(`the schema takes it and the parser does not: ${shown}: ${problems.join('; ')}`)
    else if (!isTaken) refused.add(key)
  }
  const one = { name: 'a', query: 'q', output: 'a.csv' }
  const levels = [
    [schema, (key: string, value: unknown) => ({ version: 1, exports: [one], [key]: value })],
    [defaults, (key: string, value: unknown) => ({ version: 1, exports: [one], defaults: { [key]: value } })],
    [exported, (key: string, value: unknown) => ({ version: 1, exports: [{ ...one, [key]: value }] })],
  ] as const
  for (const [level, manifestOf] of levels)
    for (const key of [...Object.keys(level.properties), 'x-note', 'qurey'])
      for (const value of [...VALUES, ...(level.properties[key]?.enum ?? [])])
        compare(manifestOf(key, value), key)
  const keys = levels.flatMap(([level]) => Object.keys(level.properties)).filter((key) => key !== 'exports')
  t.strictSame(
    keys.filter((key) => !taken.has(key)),
    [],
    'each key was taken once',
  )
  t.strictSame(
    keys.filter((key) => !refused.has(key)),
    [],
    'and refused once',
  )
  const value = fc.oneof(
    fc.constantFrom(...VALUES),
    fc.json({ maxDepth: 2 }).map((json) => JSON.parse(json)),
    fc.string(),
  )
  const settings = fc.dictionary(fc.constantFrom(...Object.keys(exported.properties), 'x-y', 'nope'), value, {
    maxKeys: 4,
  })
  fc.assert(
    fc.property(settings, settings, (own, ofAll) => {
      compare({ version: 1, defaults: ofAll, exports: [{ ...one, ...own }] }, '')
    }),
    { numRuns: 300, seed: 18 },
  )
})
