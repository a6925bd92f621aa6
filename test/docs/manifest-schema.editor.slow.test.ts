// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** What editors show of a manifest, asked of the language server that they use, beside what the parser says. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { MANIFEST_SCHEMA_PATH } from '../../scripts/docs/manifest-schema.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { ManifestProblems } from '../../src/manifest/problems.js'
import { runInProcess } from '../support/cli/context.js'
import { startLanguageServer } from '../support/editor/language-server.js'

t.setTimeout(600_000)

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(ROOT, 'docs/guides/run.md'), 'utf8')

interface Mapping {
  readonly description?: string
  readonly properties: Readonly<Record<string, Mapping>>
  readonly items?: Mapping
  readonly enum?: readonly unknown[]
}

const schema: Mapping = JSON.parse(readFileSync(join(ROOT, MANIFEST_SCHEMA_PATH), 'utf8'))
const [defaults, exported] = [schema.properties.defaults!, schema.properties.exports!.items!]

/** The first line of a manifest, as the guide tells it, in a folder where the package is installed. */
const [, MODELINE] = /^(# yaml-language-server: .*)$/m.exec(page)!
const cwd = t.testdir({ node_modules: {} })
symlinkSync(ROOT, join(cwd, 'node_modules/td-sluice'))

const server = await startLanguageServer(t)
let files = 0
const open = (text: string) => server.open(join(cwd, `m${files++}.yaml`), `${MODELINE}\n${text}`)

/** Problems of the parser, their lines as those of the editor. */
function problemsOf(text: string) {
  try {
    parseManifest(`${MODELINE}\n${text}`, 'm.yaml')
    return []
  } catch (error) {
    const { cause } = error as Error
    if (!(cause instanceof ManifestProblems)) throw error
    return cause.problems
  }
}

const ONE = 'exports:\n  - { name: a, query: select 1, output: a.csv }\n'

t.test('an editor finds nothing in manifests that run', async (t) => {
  const example = readFileSync(join(ROOT, 'examples/exports.yaml'), 'utf8')
  // By the schema that its own first line names.
  t.match(example, 'yaml-language-server: $schema=../docs/manifest.schema.json')
  t.strictSame((await server.open(join(ROOT, 'examples/exports.yaml'), example)).diagnostics, [])
  mkdirSync(join(cwd, 'starter'))
  await runInProcess(['init', 'starter'], { cwd })
  const starter = readFileSync(join(cwd, 'starter/exports.yaml'), 'utf8')
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block!)
  const manifests = blocks.flatMap((block) => {
    if (/^version:/m.test(block)) return [block]
    if (/^exports:/m.test(block)) return [`version: 1\ndefaults: { database: d }\n${block}`]
    return /^on_\w+:/m.test(block) ? [`version: 1\n${ONE}${block}`] : []
  })
  t.ok(manifests.length >= 5, 'the guide has some')
  for (const text of [starter, ...manifests]) {
    t.strictSame(problemsOf(text), [], text)
    t.strictSame((await open(text)).diagnostics, [], text)
  }
})

/** Manifests with one mistake, the line where it is (the first one is the modeline), and what the editor says. */
const MISTAKES: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  [`version: 1\nshedule: daily\n${ONE}`, 3, /^Property shedule is not allowed/],
  [`version: 1\ndefaults:\n  fromat: csv\n${ONE}`, 4, /^Property fromat is not allowed/],
  [`version: 1\n${ONE}  - name: b\n    qurey: q\n    query: q\n`, 6, /^Property qurey is not allowed/],
  [`version: 1\n${ONE}  - name: b\n    query: q\n    expect:\n      rows: { mim: 1 }\n`, 8, /^Property mim/],
  [`version: 1\n${ONE}  - name: b\n    query: q\n    params:\n      a: { dtae: x }\n`, 8, /./],
  // A key that belongs elsewhere.
  [`version: 1\nname: a\n${ONE}`, 3, /^Property name is not allowed/],
  [`version: 1\ndefaults:\n  query: q\n${ONE}`, 4, /^Property query is not allowed/],
  [`version: 1\ndefaults:\n  on_failure: x\n${ONE}`, 4, /^Property on_failure is not allowed/],
  [
    `version: 1\n${ONE}  - name: b\n    query: q\n    timezone: UTC\n`,
    7,
    /^Property timezone is not allowed/,
  ],
  // A value of another type.
  [`version: 1\nconcurrency: many\n${ONE}`, 3, /^Incorrect type\. Expected "integer"/],
  [`version: 1\ndefaults:\n  header: perhaps\n${ONE}`, 4, /Expected "boolean"/],
  [`version: 1\ndefaults:\n  rename: [a]\n${ONE}`, 4, /Expected "object/],
  [`version: 1\nexports: a\n`, 3, /Expected "array"/],
  [`version: 1\n${ONE}  - b\n`, 5, /Expected "object/],
  [`version: 1\non_failure: 5\n${ONE}`, 3, /Incorrect type/],
  // A value that is not one of those there are, or too large.
  [`version: 2\n${ONE}`, 2, /Value must be 1/],
  [`version: 1\nconcurrency: 99\n${ONE}`, 3, /maximum/],
  [`version: 1\nschedule: nightly\n${ONE}`, 3, /pattern|match/],
  [`version: 1\ndefaults:\n  type: oracle\n${ONE}`, 4, /Valid values: "trino", "presto", "hive"/],
  [`version: 1\ndefaults:\n  parquet_codec: brotli\n${ONE}`, 4, /Valid values: "snappy", "gzip", "zstd"/],
  [`version: 1\ndefaults:\n  wait_timeout: 5 parsecs\n${ONE}`, 4, /pattern|match/],
  [`version: 1\n${ONE}  - name: a b\n    query: q\n`, 5, /pattern|match/],
  // Something that is missing.
  [`version: 1\n`, 2, /Missing property "exports"/],
  [`version: 1\nexports:\n  - query: q\n    output: a.csv\n`, 4, /Missing property "name"/],
]

t.test('an editor marks the mistakes that the parser finds, in the same lines', async (t) => {
  for (const [text, line, message] of MISTAKES) {
    const { diagnostics } = await open(text)
    t.match(diagnostics, [{ line, message }], text)
    t.strictSame([...new Set(diagnostics.map((found) => found.line))], [line], text)
    t.ok(
      problemsOf(text).some((problem) => problem.line === line),
      `the parser: ${JSON.stringify(problemsOf(text))}`,
    )
  }
  // No schema is needed for these.
  for (const text of ['version: 1\nexports: [\n', `version: 1\nversion: 1\n${ONE}`]) {
    t.ok((await open(text)).diagnostics.length > 0, text)
    t.ok(problemsOf(text).length > 0, text)
  }
})

t.test('an editor explains each key by the text of the guide', async (t) => {
  // All keys of a level, with values of no interest: one line a key.
  const levels = [
    { level: schema, head: '', indent: '', tail: '' },
    { level: defaults, head: 'version: 1\ndefaults:\n', indent: '  ', tail: ONE },
    { level: exported, head: 'version: 1\nexports:\n  - x-first: 1\n', indent: '    ', tail: '' },
  ]
  for (const { level, head, indent, tail } of levels) {
    const keys = Object.keys(level.properties)
    t.ok(keys.length > 5)
    const file = await open(`${head}${keys.map((key) => `${indent}${key}: ~\n`).join('')}${tail}`)
    const first = head.split('\n').length
    for (const [i, key] of keys.entries()) {
      const { description } = level.properties[key]!
      t.ok(description, `${key} has a description`)
      const plain = (text: string) => text.replaceAll(/[\\\s]+/g, '')
      t.match(plain(await file.hover(first + i, indent.length + 1)), plain(description!), key)
    }
  }
})

t.test('an editor completes keys and values that the parser knows', async (t) => {
  const top = await open(`version: 1\n\n${ONE}`)
  const ofExport = await open('version: 1\nexports:\n  - name: a\n    query: q\n    \n    output: a.csv\n')
  const ofDefaults = await open(`version: 1\ndefaults:\n  database: d\n  \n${ONE}`)
  for (const [offered, level, given, textOf] of [
    [
      await top.complete(2, 0),
      schema,
      ['version', 'exports'],
      (key: string) => `version: 1\n${key}: ~\n${ONE}`,
    ],
    [
      await ofExport.complete(5, 4),
      exported,
      ['name', 'query', 'output'],
      (key: string) => `version: 1\nexports:\n  - name: a\n    query: q\n    ${key}: ~\n`,
    ],
    [
      await ofDefaults.complete(4, 2),
      defaults,
      ['database'],
      (key: string) => `version: 1\ndefaults:\n  ${key}: ~\n${ONE}`,
    ],
  ] as const) {
    const missing = Object.keys(level.properties).filter((key) => !(given as readonly string[]).includes(key))
    t.strictSame([...new Set(offered)].sort(), missing.sort())
    for (const key of offered)
      t.notOk(
        problemsOf(textOf(key)).some(({ message }) => message.startsWith('unknown key')),
        key,
      )
  }
  const enumerated = Object.entries(exported.properties).filter(
    ([, { enum: values }]) => values !== undefined,
  )
  t.ok(enumerated.length > 5)
  for (const [key, { enum: values }] of enumerated) {
    const text = (value: string) => `version: 1\nexports:\n  - name: a\n    query: q\n    ${key}: ${value}\n`
    const offered = await (await open(text(''))).complete(5, `    ${key}: `.length)
    // The text null is quoted, so that it is not taken for the value.
    t.strictSame(offered.map((value) => value.replaceAll('"', '')).sort(), values!.map(String).sort(), key)
    for (const value of offered)
      t.notOk(
        problemsOf(text(value)).some(({ message }) => message.startsWith(`${key}:`)),
        `${key}: ${value}`,
      )
  }
})
