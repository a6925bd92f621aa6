import t from 'tap'
import type { EncodeSpec } from '../../src/model/option-types.js'
import { encodeAll } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, planOf } from '../support/msgpack/plan.js'
import { inChunks } from '../support/msgpack/results.js'
import { seeded } from '../support/random/seed.js'

// Texts are copied 32 bytes at a time, and what stands behind them in the input is read and written with them. So each
// length has a mark at each offset here, and a text full of marks behind it.

const SPECS: EncodeSpec[] = [
  { format: 'csv', header: false },
  { format: 'tsv', header: false },
  { format: 'ndjson' },
]

const MARKS = [
  ',',
  '"',
  '\n',
  '\r',
  '\t',
  '\\',
  '\0',
  '\b',
  '\x0b',
  '\f',
  '\x0e',
  '\x1f',
  '\x7f',
  'é',
  '日',
  '😀',
]

const NEXT = ',"\n\t\\é'

const TSV: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

function lineOf(format: string, cells: readonly string[]): string {
  if (format === 'ndjson') return JSON.stringify({ a: cells[0], b: cells[1] })
  if (format === 'tsv') return cells.map((cell) => cell.replace(/[\t\n\r\\]/g, (c) => TSV[c]!)).join('\t')
  const quoted = (cell: string) =>
    cell === '' || /[,"\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  return cells.map(quoted).join(',')
}

/** Encodes the texts, each as a row with a second cell, and finds the first that is not as expected. */
function wrongText(spec: EncodeSpec, texts: readonly string[], chunk: number): string | undefined {
  const next = pack.str(NEXT)
  const rows = texts.map((text) => pack.array([pack.str(text), next]))
  const { bytes, failure } = encodeAll(spec, planOf(['a', 'b']), inChunks(Buffer.concat(rows), [chunk]))
  if (failure !== undefined) return failure.message
  const expected = texts.map((text) => `${lineOf(spec.format, [text, NEXT])}\n`)
  if (bytes.toString() === expected.join('')) return undefined
  let at = 0
  for (const [i, line] of expected.entries()) {
    const length = Buffer.byteLength(line)
    if (bytes.toString('utf8', at, at + length) !== line) return texts[i]
    at += length
  }
  return 'more than was expected'
}

/** Texts of `length` bytes: plain, with a mark at each offset, with two marks. */
function* marked(length: number): Generator<string> {
  const filler = '0123456789abcdefghijklmnopqrstuvwxyz'.repeat(9)
  yield filler.slice(0, length)
  for (const [i, mark] of MARKS.entries()) {
    const bytes = Buffer.byteLength(mark)
    for (let at = 0; at + bytes <= length; at++) {
      // Each mark at a third of the offsets, and another third for the next length.
      if ((i + at + length) % 3 === 0) yield filler.slice(0, at) + mark + filler.slice(at + bytes, length)
      if ((i + at + length) % 16 === 0 && at >= bytes)
        yield mark + filler.slice(bytes, at) + mark + filler.slice(at + bytes, length)
    }
  }
}

for (const spec of SPECS) {
  t.test(`${spec.format}: texts of every length to 100 bytes, with a mark at every offset`, async (t) => {
    const texts = Array.from({ length: 101 }, (_, length) => [...marked(length)]).flat()
    t.equal(wrongText(spec, texts, 100_003), undefined)
  })

  t.test(`${spec.format}: texts up to each length of a header, cut by chunks`, async (t) => {
    const lengths = [127, 128, 129, 191, 192, 223, 254, 255, 256, 257]
    const texts = lengths.flatMap((length) => [...marked(length)].filter((_, i) => i % 7 === length % 7))
    for (const chunk of [997, 64]) t.equal(wrongText(spec, texts, chunk), undefined)
  })
}

t.test('texts full of marks', async (t) => {
  const random = seeded(t)
  // Control characters without an escape of two bytes, and plain ones, between those that have one.
  const alphabets = [
    ['"', 'x'],
    ['"', '\\'],
    ['\n', ' ', 'y'],
    [...MARKS, 'a', 'b'],
    ['\x08', '\f', '"', 'z', 'z', 'z'],
  ]
  for (const spec of SPECS) {
    const texts = Array.from({ length: 3000 }, () => {
      const alphabet = random.pick(alphabets)
      return Array.from({ length: random.below(200) }, () => random.pick(alphabet)).join('')
    })
    for (const chunk of [100_003, 997]) t.equal(wrongText(spec, texts, chunk), undefined, spec.format)
  }
})

t.test('a text as long as the text for NULL stands in quotes exactly if it is that text', async (t) => {
  for (let length = 0; length <= 40; length++) {
    const nullText = 'n'.repeat(length)
    for (const text of [nullText, `${nullText}n`, nullText.slice(1), `${nullText.slice(1)}m`]) {
      const spec: EncodeSpec = { format: 'csv', header: false, null: nullText }
      const row = pack.array([pack.str(text), pack.NIL])
      const quoted = text === '' || text === nullText
      const expected = `${quoted ? `"${text}"` : text},${nullText}\n`
      t.equal(encodeBytes(spec, planOf(['a', 'b']), row).toString(), expected)
    }
  }
})

t.test('options that look at each text see the short ones too', async (t) => {
  for (let length = 1; length <= 40; length++) {
    const text = `=${'x'.repeat(length - 1)}`
    const row = pack.array([pack.str(text), pack.str(text)])
    const csv = (options: object) =>
      encodeBytes({ format: 'csv', header: false, ...options }, planOf(['a', 'b']), row).toString()
    t.equal(csv({}), `${text},${text}\n`)
    t.equal(csv({ escapeFormulas: true }), `'${text},'${text}\n`)
    t.equal(csv({ quote: 'strings' }), `"${text}","${text}"\n`)
  }
})
