import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { ManifestProblems, problemLine } from '../../src/manifest/problems.js'
import { growsAtMost, processorClock } from '../support/process/growth.js'

const HEAD = 'version: 1\ndefaults: { database: d }\nexports:\n'
const line = (i: number, columns: string) =>
  `  - { name: e${i}, query: select ${i}, output: ${i}.csv, columns: ${columns} }\n`

function problems(source: string): string[] {
  try {
    parseManifest(source, 'm.yaml')
    return []
  } catch (error) {
    if (!(error instanceof SluiceError && error.cause instanceof ManifestProblems)) throw error
    return error.cause.problems.map(problemLine)
  }
}

t.test('an anchor may have any number of aliases', async (t) => {
  const aliases = (count: number) =>
    HEAD + line(0, '&c [a, b]') + Array.from({ length: count }, (_, i) => line(i + 1, '*c')).join('')
  const time = (count: number) => {
    const source = aliases(count)
    const took = processorClock()
    const { manifest } = parseManifest(source, 'm.yaml')
    t.strictSame(manifest.exports.at(-1)!.columns, ['a', 'b'])
    return took()
  }
  await growsAtMost(t, 'four times as many', { small: () => time(400), large: () => time(1600), most: 10 })
})

t.test('aliases that stand for too many values are refused at once', async (t) => {
  const bomb = [...'abcdefghi'].map(
    (name, i, all) =>
      `${name}: &${name} [${Array(10)
        .fill(i === 0 ? 'x' : `*${all[i - 1]}`)
        .join(', ')}]`,
  )
  t.match(problems(bomb.join('\n')), [/^m\.yaml:1:1: its aliases stand for \d+ values; 2000000 are the most/])
})

t.test('an alias needs an anchor before it that does not hold it', async (t) => {
  t.strictSame(problems(`a: *b\nb: &b 1\n${HEAD}${line(0, '[*nope]')}`), [
    'm.yaml:1:4: there is no anchor b before this',
    'm.yaml:6:59: there is no anchor nope before this',
  ])
  t.strictSame(problems('a: &a [1, *a]\n'), ['m.yaml:1:11: the anchor a would hold itself'])
})

t.test('an alias stands for the last anchor of its name', async (t) => {
  const { manifest } = parseManifest(
    HEAD + line(0, '&c [a]') + line(1, '*c') + line(2, '&c [b]') + line(3, '*c'),
    'm.yaml',
  )
  t.strictSame(
    manifest.exports.map(({ columns }) => columns),
    [['a'], ['a'], ['b'], ['b']],
  )
})

t.test(
  'merge keys fill in what an export does not say itself, and problems are found where it stands',
  async (t) => {
    const source = `version: 1
x-note: for people
x-common: &common { database: d, format: csv, x-why: because }
x-more: &more { limit: 5, format: tsv, columns: [a] }
defaults: { <<: *common, x-owner: me }
exports:
  - { name: a, query: q, output: a.x, <<: [*more, *common] }
  - <<: *more
    name: b
    query: q
    output: b.x
    limit: 7
    x-owner: me
`
    const { manifest, document } = parseManifest(source, 'm.yaml')
    t.match(manifest.defaults, { database: 'd', format: { format: 'csv' } })
    t.match(manifest.exports, [
      { name: 'a', limit: 5, format: { format: 'tsv' }, columns: ['a'] },
      { name: 'b', limit: 7, format: { format: 'tsv' } },
    ])
    t.strictSame(Object.keys(manifest.exports[1]!).sort(), [
      'columns',
      'format',
      'limit',
      'name',
      'output',
      'query',
    ])
    t.ok(document.has(['exports', 0, 'limit']))
    t.equal(document.problem(['exports', 0, 'columns'], '').line, 4)
    t.equal(document.problem(['exports', 1, 'limit'], '').line, 12)
    t.equal(document.problem(['defaults', 'database'], '').line, 3)
    t.strictSame(problems(source.replace('limit: 5', 'limit: many')), [
      'm.yaml:4:24: exports[0].limit: expected number, received string',
    ])
    t.strictSame(problems(source.replace('*common]', '*nobody]')), [
      'm.yaml:7:51: there is no anchor nobody before this',
    ])
  },
)

t.test('keys that begin with x- are for people, and only where settings stand', async (t) => {
  t.strictSame(problems(`${HEAD}${line(0, '[a]')}x_note: 1\n`), ['m.yaml:5:1: unknown key x_note'])
  const { manifest } = parseManifest(
    `${HEAD}  - { name: a, query: q, output: a.csv, rename: { x-a: b } }\n`,
    'm.yaml',
  )
  t.strictSame(manifest.exports[0]!.rename, { 'x-a': 'b' })
})

t.test('a second document is refused in words of ours', async (t) => {
  t.strictSame(problems(`${HEAD}${line(0, '[a]')}---\n${HEAD}`), [
    'm.yaml:5:1: a manifest is one document; a second one begins here',
  ])
})
