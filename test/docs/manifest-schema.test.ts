import { readFileSync } from 'node:fs'
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

t.test('what editors show of a key has no links of the guides', async (t) => {
  t.match(
    text,
    'Columns whose values are hidden: `email: hmac-sha256`, of hmac-sha256, redact, last4, null. ',
  )
  const descriptions = [...text.matchAll(/"description":"((?:[^"\\]|\\.)*)"/g)].map(([, each]) => each!)
  t.ok(descriptions.length > 50)
  for (const each of descriptions) t.notMatch(each, '](')
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
