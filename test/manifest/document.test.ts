import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { ManifestProblems, problemLine } from '../../src/manifest/problems.js'

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
    const began = performance.now()
    const { manifest } = parseManifest(source, 'm.yaml')
    t.strictSame(manifest.exports.at(-1)!.columns, ['a', 'b'])
    return performance.now() - began
  }
  time(101)
  const short = time(400)
  const long = time(1600)
  t.ok(long < 10 * short + 1000, `${short} ms and ${long} ms`)
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
