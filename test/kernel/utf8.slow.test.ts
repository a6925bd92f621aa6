import t from 'tap'
import type { EncodeSpec } from '../../src/model/option-types.js'
import { encodeAll } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'
import { planOf } from '../support/msgpack/plan.js'
import { seeded } from '../support/random/seed.js'

// Blocks of ASCII are not checked any further, so a sequence may be cut off by the end of a text, by a block of ASCII behind
// it, or begin in one vector and end in the next: each case stands at every offset here. The reference is TextDecoder.

const SEQUENCES = [
  'ff',
  'c0af',
  'c3',
  'e282',
  'eda080',
  'f09f98',
  'f4908080',
  '80',
  'c3a9',
  'e697a5',
  'f09f9880',
].map((hex) => Buffer.from(hex, 'hex'))

/** Texts of ASCII, or of two-byte characters, with a sequence at an offset. */
function* texts(length: number, filler: Buffer): Generator<Buffer> {
  for (const sequence of SEQUENCES) {
    for (let at = 0; at + sequence.length <= length; at++) {
      const text = Buffer.alloc(length, filler)
      sequence.copy(text, at)
      yield text
    }
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function isValid(text: Buffer): boolean {
  return Buffer.from(decoder.decode(text)).equals(text)
}

/** What a row of the text and a cell of ASCII looks like. */
function lineOf(format: string, text: Buffer): string {
  const decoded = decoder.decode(text)
  if (format === 'ndjson') return `${JSON.stringify({ a: decoded, b: 'z' })}\n`
  return format === 'csv' ? `${decoded},z\n` : `${decoded}\tz\n`
}

function check(t: Tap, cases: readonly Buffer[]): void {
  const rows = Buffer.concat(cases.map((text) => pack.array([pack.str(text), pack.str('z')])))
  const broken = cases.filter((text) => !isValid(text)).length
  for (const format of ['csv', 'tsv', 'ndjson'] as const) {
    const spec: EncodeSpec = format === 'ndjson' ? { format } : { format, header: false }
    const { bytes, replacedTexts, failure } = encodeAll(spec, planOf(['a', 'b']), [rows])
    t.equal(failure, undefined)
    t.equal(replacedTexts, broken, `${format}: texts that were repaired`)
    const lines = bytes.toString().split('\n')
    const wrong = cases.findIndex((text, i) => `${lines[i]}\n` !== lineOf(format, text))
    t.equal(wrong === -1 ? undefined : cases[wrong]!.toString('hex'), undefined, format)
  }
}

type Tap = Pick<typeof t, 'equal'>

t.test('broken sequences are found at every offset of texts of every length', async (t) => {
  const lengths = [
    ...Array.from({ length: 34 }, (_, i) => i + 1),
    48,
    63,
    64,
    65,
    79,
    80,
    81,
    96,
    127,
    128,
    129,
    130,
    200,
  ]
  check(
    t,
    lengths.flatMap((length) => [...texts(length, Buffer.from('x'))]),
  )
  check(
    t,
    lengths.filter((length) => length % 2 === 0).flatMap((length) => [...texts(length, Buffer.from('é'))]),
  )
})

t.test('sequences at the borders of blocks of ASCII, valid and not', async (t) => {
  const random = seeded(t)
  const cases = Array.from({ length: 3000 }, () => {
    const parts: Buffer[] = []
    for (let i = 0; i < 4; i++) parts.push(Buffer.alloc(random.below(90), 'x'), random.pick(SEQUENCES))
    return Buffer.concat(parts)
  })
  check(t, cases)
})

t.test('raw leaves broken texts as they are, fail names the row', async (t) => {
  for (const length of [1, 20, 31, 32, 64, 70, 128, 300]) {
    const text = Buffer.alloc(length, 'x')
    text[length - 1] = 0xc3
    const rows = Buffer.concat([pack.array([pack.str('fine')]), pack.array([pack.str(text)])])
    const encoded = (invalidUtf8: 'raw' | 'fail') =>
      encodeAll({ format: 'csv', header: false, invalidUtf8 }, planOf(['a']), [rows])
    t.same(encoded('raw').bytes, Buffer.concat([Buffer.from('fine\n'), text, Buffer.from('\n')]))
    t.match(encoded('fail').failure, { code: 'E_UTF8', message: /^row 2, column "a": / })
  }
})
