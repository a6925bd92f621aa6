import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { csv, pipeline, tsv } from '../../../../src/index.js'
import type { RowEncoder } from '../../../../src/kernel/encoder.js'
import { FORMAT_OPTIONS } from '../../../../src/model/formats.js'
import type { CsvOptions } from '../../../../src/model/option-types.js'
import { packRows } from '../../../../src/sandbox/index.js'
import { CellPosition } from '../../../../src/sinks/formats/rows/cell-position.js'
import { createRowEncoder, Transcoder } from '../../../../src/sinks/formats/rows/transcode.js'
import { runInProcess } from '../../../support/cli/context.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import * as pack from '../../../support/msgpack/pack.js'
import { planOf } from '../../../support/msgpack/plan.js'
import { inChunks } from '../../../support/msgpack/results.js'

type Encoding = NonNullable<CsvOptions['outputEncoding']>

function encoded(texts: readonly string[], options: CsvOptions, chunk = 1_000_000) {
  const encoder = createRowEncoder({ format: 'csv', header: false, ...options }, planOf(['c']))
  const input = Buffer.concat(texts.map((text) => pack.array([pack.str(text)])))
  const pieces = [encoder.begin()]
  for (const part of inChunks(input, [chunk])) for (const piece of encoder.push(part)) pieces.push(piece)
  pieces.push(encoder.end())
  return { bytes: Buffer.concat(pieces), encoder }
}

const hex = (text: string, outputEncoding: Encoding) =>
  encoded([text], { outputEncoding, bom: false })
    .bytes.toString('hex')
    .slice(0, outputEncoding.startsWith('utf-16') ? -4 : -2)

t.test('characters get the bytes that others give them', async (t) => {
  // By Python's codecs and the indexes of the Encoding Standard.
  const KNOWN: [Encoding, string, string][] = [
    ['cp932', '日本', '93fa967b'],
    ['cp932', '～∥－￠￡￢', '81608161817c8191819281ca'],
    ['cp932', '〜‖−¢£¬', '81608161817c8191819281ca'],
    ['cp932', 'ｱﾟ', 'b1df'],
    ['cp932', '①Ⅰ㈱', '87408754878a'],
    ['cp932', 'ⅰ髙﨑纊', 'fa40fbfcfab1fa5c'],
    ['cp932', '∵≒￢', '81e681e081ca'],
    ['cp932', '表ソ', '955c835c'],
    ['shift_jis', '髙', 'fbfc'],
    ['euc-jp', '日本ｱ～', 'c6fccbdc8eb1a1c1'],
    ['euc-jp', '¢', 'a1f1'],
    ['windows-1252', '€“é', '8093e9'],
    ['iso-8859-1', 'é\x80', 'e980'],
    ['iso-8859-15', '€', 'a4'],
    ['iso-8859-2', 'ł', 'b3'],
    ['windows-1250', 'ł', 'b3'],
    ['windows-1251', 'Яё', 'dfb8'],
    ['koi8-r', 'Яё', 'f1a3'],
    ['gbk', '汉€', 'baba80'],
    ['big5', '漢十═', 'ba7ea451f9f9'],
    ['euc-kr', '한글', 'c7d1b1db'],
    ['utf-16le', 'é日😀', 'e900e5653dd800de'],
    ['utf-16be', 'é日😀', '00e965e5d83dde00'],
    ['utf-8', 'é', 'c3a9'],
  ]
  for (const [encoding, text, bytes] of KNOWN) t.equal(hex(text, encoding), bytes, `${encoding} ${text}`)
})

/** Decoders of Node 20 take windows-1252 for ISO 8859-1. */
const WITHOUT_DECODER = ['windows-1252', 'iso-8859-1']

t.test('whatever an encoding has reads back the same, in any chunks', async (t) => {
  const { choices } = FORMAT_OPTIONS.outputEncoding
  const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
    // ICU's decoder of Shift_JIS exchanges three controls.
    (character) => character >= ' ' && !/[\p{Surrogate}\ufffd"\x7f,]/u.test(character),
  )
  for (const encoding of choices) {
    if (WITHOUT_DECODER.includes(encoding)) continue
    const decoder = new TextDecoder(encoding === 'cp932' ? 'shift_jis' : encoding, { ignoreBOM: true })
    const text = characters.join('')
    const { bytes } = encoded([text], { outputEncoding: encoding, bom: false, unmappable: 'replace' })
    const read = decoder.decode(bytes)
    // Each is itself, or a question mark, or the same character of JIS by another code point.
    const wrong = [...read.slice(0, -1)].filter((character, i) => {
      const wanted = characters[i]!
      return character !== wanted && character !== '?' && !'¢£¬‖−〜—'.includes(wanted)
    })
    t.same([read.length, wrong], [text.length + 1, []], encoding)
    const some = ['ab', 'é日ł', '', 'Я"汉', '한,十'].join('')
    for (const chunk of [1, 2, 3, 7])
      t.ok(
        encoded([some, some], { outputEncoding: encoding, unmappable: 'replace' }, chunk).bytes.equals(
          encoded([some, some], { outputEncoding: encoding, unmappable: 'replace' }).bytes,
        ),
      )
  }
  const long = '😀é'.repeat(200_000)
  for (const encoding of ['utf-16le', 'utf-16be'] as const) {
    const { bytes } = encoded([long, 'x'], { outputEncoding: encoding }, 1000)
    t.ok(new TextDecoder(encoding).decode(bytes) === `${long}\nx\n`, 'surrogates where a piece ends')
  }
})

t.test('UTF-16 begins with a byte order mark unless that is refused; others have none', async (t) => {
  t.equal(encoded(['x'], { outputEncoding: 'utf-16le' }).bytes.toString('hex'), 'fffe78000a00')
  t.equal(encoded(['x'], { outputEncoding: 'utf-16be' }).bytes.toString('hex'), 'feff0078000a')
  t.equal(encoded(['x'], { outputEncoding: 'utf-16le', bom: false }).bytes.toString('hex'), '78000a00')
  t.equal(encoded(['x'], { outputEncoding: 'cp932' }).bytes.toString('hex'), '780a')
  t.equal(encoded(['x'], { bom: true }).bytes.toString('hex'), 'efbbbf780a')
  t.throws(() => csv('x', { outputEncoding: 'cp932', bom: true }), {
    code: 'E_USAGE',
    message: 'the option bom is for Unicode: cp932 has no byte order mark',
  })
  t.throws(() => csv('x', { outputEncoding: 'cp932', invalidUtf8: 'raw' }), { code: 'E_USAGE' })
})

t.test(
  'F29: a character that the encoding lacks ends the run, naming it and its row, or becomes ?',
  async (t) => {
    const rows = [
      ['a', 'two\n"lines"'],
      ['日本', 'x'],
      ['é', '😀'],
    ]
    const source = resultOf(
      [
        ['s', 'varchar'],
        ['u', 'varchar'],
      ],
      rows,
    )
    for (const make of [csv, tsv]) {
      const path = join(t.testdir({}), 'out')
      await t.rejects(pipeline(source, make(path, { outputEncoding: 'cp932' })), {
        code: 'E_TYPE',
        message: 'row 3, column "s": cp932 has no "é" (U+00E9)',
        hint: /--unmappable replace/,
      })
      await t.rejects(pipeline(source, make(path, { outputEncoding: 'iso-8859-1' })), {
        message: 'row 2, column "s": iso-8859-1 has no "日" (U+65E5)',
      })
    }
    await t.rejects(
      pipeline(
        resultOf([['日', 'varchar']], []),
        csv(join(t.testdir({}), 'out'), { outputEncoding: 'koi8-r' }),
      ),
      { message: 'the header, column "日": koi8-r has no "日" (U+65E5)' },
    )
    const path = join(t.testdir({}), 'out.csv')
    const report = await pipeline(source, csv(path, { outputEncoding: 'cp932', unmappable: 'replace' }))
    t.equal(report.replacedCharacters, 2)
    t.equal((await pipeline(source, csv(path))).replacedCharacters, undefined)
    const many = Array.from({ length: 40_000 }, (_, i) => [`${i}`, 'two\nlines'])
    await t.rejects(
      pipeline(
        resultOf(
          [
            ['s', 'varchar'],
            ['u', 'varchar'],
          ],
          [...many, ['é', '']],
        ),
        csv(path, { outputEncoding: 'cp932' }),
      ),
      { message: 'row 40001, column "s": cp932 has no "é" (U+00E9)' },
      'over many pieces',
    )
  },
)

t.test('F29: the column is named wherever a cell may hold delimiters, quotes and line ends', async (t) => {
  const schema: [string, string][] = ['a', 'b', 'c'].map((name) => [name, 'varchar'])
  const nasty = 'x,"y"\n\t||,'
  const refusal = async (row: string[], options: CsvOptions, make: typeof csv | typeof tsv = csv) => {
    const rows = [['p', 'q', 'r'], [nasty, nasty, nasty], row]
    const place = join(t.testdir({}), 'out')
    return pipeline(resultOf(schema, rows), make(place, { outputEncoding: 'cp932', ...options })).then(
      () => t.fail('it was written'),
      ({ message }: Error) => message.replace(/: .*/s, ''),
    )
  }
  for (const options of [
    {},
    { delimiter: '||' },
    { quote: 'all' as const },
    { crlf: true },
    { header: false },
  ]) {
    t.equal(await refusal(['é', nasty, nasty], options), 'row 3, column "a"')
    t.equal(await refusal([nasty, `${nasty}é`, nasty], options), 'row 3, column "b"')
    t.equal(await refusal([nasty, nasty, `日${nasty}é`], options), 'row 3, column "c"')
  }
  t.equal(await refusal([nasty, `${nasty}é`, nasty], {}, tsv), 'row 3, column "b"')
  // Rows longer than a piece of output, which leave in parts.
  const long = `${nasty}日`.repeat(80_000)
  t.equal(await refusal([long, `${long}é`, nasty], {}), 'row 3, column "b"')
  t.equal(await refusal([nasty, long, `${long}é${long}`], { quote: 'all' }), 'row 3, column "c"')
  t.equal(await refusal([long, `${long}é`, nasty], {}, tsv), 'row 3, column "b"')
})

t.test(
  'F29: a delimiter or a text for NULL that the encoding lacks is refused before anything is done',
  async (t) => {
    const path = join(t.testdir({}), 'out')
    for (const [options, message] of [
      [{ delimiter: 'é' }, 'the option delimiter has "é", which cp932 lacks'],
      [{ null: '—😀' }, 'the option null has "😀", which cp932 lacks'],
    ] as const) {
      const sink = csv(path, { outputEncoding: 'cp932', unmappable: 'replace', ...options })
      await t.rejects(sink.prepare!(), { code: 'E_USAGE', message })
      await csv(path, { outputEncoding: 'utf-16le', ...options }).prepare!()
    }
    await t.rejects(tsv(path, { outputEncoding: 'windows-1252', null: '∅' }).prepare!(), { code: 'E_USAGE' })
    await csv(path, { outputEncoding: 'cp932', delimiter: '、', null: '―' }).prepare!()
  },
)

t.test(
  'a Node with few encodings writes those of one byte that need no table, and names the others',
  async (t) => {
    const { TextDecoder } = globalThis
    t.teardown(() => Object.assign(globalThis, { TextDecoder }))
    class FewEncodings extends TextDecoder {
      constructor(label = 'utf-8', options = {}) {
        if (!/^utf-/.test(label)) throw new RangeError(`The "${label}" encoding is not supported`)
        super(label, options)
      }
    }
    Object.assign(globalThis, { TextDecoder: FewEncodings })
    // Tables that an earlier test has made are kept, so this asks for those of a fresh copy.
    const fresh: typeof import('../../../../src/sinks/formats/rows/code-table.js') = await import(
      `../../../../src/sinks/formats/rows/code-table.js?${Math.random()}`
    )
    const { codeTable } = fresh
    t.equal(codeTable('windows-1252')['€'.charCodeAt(0)], 0x80)
    t.equal(codeTable('windows-1252')['é'.charCodeAt(0)], 0xe9)
    t.equal(codeTable('iso-8859-1')['é'.charCodeAt(0)], 0xe9)
    for (const encoding of ['cp932', 'euc-kr', 'windows-1250', 'koi8-r'] as const)
      t.throws(() => codeTable(encoding), {
        code: 'E_UNSUPPORTED',
        message: /Node does not know the encoding/,
      })
  },
)

t.test('on the command line', async (t) => {
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'rows.msgpack'), packRows([['日本', 'é']]))
  const convert = (...args: string[]) =>
    runInProcess(['convert', 'rows.msgpack', '-o', 'out.csv', ...args], { cwd })
  t.match(await convert('--output-encoding', 'shift_jis'), {
    exit: 12,
    stderr: /row 1, column "_col1": shift_jis has no "é" \(U\+00E9\)/,
  })
  t.match(await convert('--output-encoding', 'shift_jis', '--unmappable', 'replace'), {
    exit: 0,
    stderr: /1 character that the encoding lacks became \?/,
  })
  t.match(await convert('--output-encoding', 'latin9'), { exit: 2 })
  t.match(await convert('-f', 'json', '--output-encoding', 'shift_jis'), {
    exit: 2,
    stderr: /json has no option --output-encoding/,
  })
})

t.test('a character may begin in one piece and end in another', async (t) => {
  const text = 'aé表𠮷\u0000ア'
  const utf8 = Buffer.from(text)
  /** Yields each chunk as it is. */
  const asItIs: RowEncoder = {
    begin: () => new Uint8Array(),
    push: (chunk) => [chunk],
    recycle: () => {},
    release: () => {},
    heldBytes: 0,
    end: () => new Uint8Array(),
    rows: 0,
    replacedTexts: 0,
    done: false,
  }
  const layout = { names: ['c'], start: new CellPosition(Buffer.from(','), true) }
  for (let bytes = 1; bytes <= utf8.length; bytes++) {
    for (const encoding of ['utf-16le', 'utf-16be', 'cp932'] as const) {
      const transcoder = new Transcoder(asItIs, encoding, true, layout)
      const pieces = [...inChunks(utf8, [bytes])].flatMap((chunk) => [...transcoder.push(chunk)])
      const label = { 'utf-16le': 'utf-16le', 'utf-16be': 'utf-16be', cp932: 'shift_jis' }[encoding]
      const expected = encoding === 'cp932' ? text.replace(/[é𠮷]/gu, '?') : text
      t.equal(new TextDecoder(label).decode(Buffer.concat([...pieces, transcoder.end()])), expected, encoding)
    }
  }
})
