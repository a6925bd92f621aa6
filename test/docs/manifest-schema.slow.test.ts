/** Whether the JSON Schema of manifests and their parser take the same ones. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import * as z from 'zod'
import { MANIFEST_SCHEMA_PATH } from '../../scripts/docs/manifest-schema.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { ManifestProblems } from '../../src/manifest/problems.js'

const text = readFileSync(new URL(`../../${MANIFEST_SCHEMA_PATH}`, import.meta.url), 'utf8')

interface Mapping {
  readonly properties: Readonly<Record<string, Mapping>>
  readonly items?: Mapping
  readonly enum?: readonly unknown[]
}

const schema: Mapping = JSON.parse(text)
const [defaults, exported] = [schema.properties.defaults!, schema.properties.exports!.items!]

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
