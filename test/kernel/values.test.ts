import t from 'tap'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, encodeCell, errorOf, planOf } from '../support/msgpack/plan.js'

const csv = (cell: Uint8Array, options: object = {}) => encodeCell({ format: 'csv', ...options }, cell)
const tsv = (cell: Uint8Array, options: object = {}) => encodeCell({ format: 'tsv', ...options }, cell)
const json = (cell: Uint8Array, options: object = {}) => encodeCell({ format: 'ndjson', ...options }, cell)

/** A value that begins with the byte, all zeros behind it, and what it is as JSON. */
function valueWith(token: number): [bytes: Buffer, json: string] {
  if (token < 0x80) return [Buffer.of(token), String(token)]
  if (token < 0x90) {
    const pairs = token & 15
    return [
      Buffer.concat([Buffer.of(token), Buffer.alloc(2 * pairs)]),
      `{${Array(pairs).fill('"0":0').join()}}`,
    ]
  }
  if (token < 0xa0) {
    const elements = token & 15
    return [
      Buffer.concat([Buffer.of(token), Buffer.alloc(elements)]),
      `[${Array(elements).fill('0').join()}]`,
    ]
  }
  if (token < 0xc0) {
    const length = token & 31
    return [Buffer.concat([Buffer.of(token), Buffer.alloc(length, 'x')]), `"${'x'.repeat(length)}"`]
  }
  if (token >= 0xe0) return [Buffer.of(token), String(token - 256)]
  const [zeros, text] = REST[token]!
  return [Buffer.concat([Buffer.of(token), Buffer.alloc(zeros)]), text]
}

const EXT = (data: string) => `{"type":0,"data":"${data}"}`
const REST: Record<number, [zeros: number, json: string]> = {
  192: [0, 'null'],
  194: [0, 'false'],
  195: [0, 'true'],
  196: [1, '""'],
  197: [2, '""'],
  198: [4, '""'],
  199: [2, EXT('')],
  200: [3, EXT('')],
  201: [5, EXT('')],
  202: [4, '0'],
  203: [8, '0'],
  204: [1, '0'],
  205: [2, '0'],
  206: [4, '0'],
  207: [8, '0'],
  208: [1, '0'],
  209: [2, '0'],
  210: [4, '0'],
  211: [8, '0'],
  212: [2, EXT('AA==')],
  213: [3, EXT('AAA=')],
  214: [5, EXT('AAAAAA==')],
  215: [9, EXT('AAAAAAAAAAA=')],
  216: [17, EXT('AAAAAAAAAAAAAAAAAAAAAA==')],
  217: [1, '""'],
  218: [2, '""'],
  219: [4, '""'],
  220: [2, '[]'],
  221: [4, '[]'],
  222: [2, '{}'],
  223: [4, '{}'],
}

t.test('every first byte of the specification is understood, and 0xc1 refused', async (t) => {
  for (let token = 0; token <= 0xff; token++) {
    if (token === 0xc1) continue
    const [bytes, expected] = valueWith(token)
    t.equal(json(bytes), expected, token.toString(16))
  }
  for (const cell of [
    Buffer.of(0xc1),
    pack.array([Buffer.of(0xc1)]),
    pack.map([[Buffer.of(0xc1), pack.NIL]]),
  ]) {
    const error = errorOf(() => json(cell))
    t.equal(error.code, 'E_MSGPACK')
    t.match(error.message, 'row 1, column "c"')
  }
})

t.test('integers are exact from -2^63 to 2^64 - 1', async (t) => {
  const values: [pack.IntegerForm, bigint][] = [
    ['int64', -(2n ** 63n)],
    ['int64', -(2n ** 63n) + 1n],
    ['int64', 2n ** 63n - 1n],
    ['uint64', 2n ** 63n],
    ['uint64', 2n ** 64n - 1n],
    ['uint64', 10n ** 19n],
    ['uint64', 2n ** 53n + 1n],
    ['int64', -(2n ** 53n) - 1n],
    ['int32', -(2n ** 31n)],
    ['uint32', 2n ** 32n - 1n],
    ['int16', -32768n],
    ['uint16', 65535n],
    ['int8', -128n],
    ['uint8', 255n],
  ]
  for (let digits = 0n; digits < 20n; digits++)
    values.push(['uint64', 10n ** digits], ['uint64', 10n ** digits - 1n], ['uint64', 10n ** digits + 1n])
  for (const [form, value] of values) {
    t.equal(csv(pack.integer(form, value)), String(value))
    t.equal(json(pack.integer(form, value)), String(value))
    t.equal(json(pack.array([pack.integer(form, value)])), `[${value}]`)
  }
})

t.test('with int64 as string, integers are quoted from 2^53 on to either side', async (t) => {
  const quoted = { int64: 'string' }
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])
    t.equal(json(pack.integer('int64', value), quoted), `"${value}"`)
  t.equal(json(pack.integer('uint64', 2n ** 64n - 1n), quoted), '"18446744073709551615"')
  for (const value of [2n ** 53n - 1n, 1n - 2n ** 53n, 0n, 5n])
    t.equal(json(pack.integer('int64', value), quoted), `${value}`)
  t.equal(json(pack.array([pack.integer('uint64', 2n ** 53n)]), quoted), '["9007199254740992"]')
})

t.test('a float32 is written as JavaScript writes the same number', async (t) => {
  for (const value of [0.1, 3.4028234663852886e38, 1e-45, -2.5, 16777216])
    t.equal(csv(pack.float32(value)), String(Math.fround(value)))
})

t.test('NaN and the infinities', async (t) => {
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const cell of [pack.float64(value), pack.float32(value)]) {
      t.equal(csv(cell), String(value))
      t.equal(tsv(cell), String(value))
      t.equal(json(cell), `"${value}"`)
      t.equal(json(cell, { special: 'null' }), 'null')
      t.equal(csv(pack.array([cell])), `"[""${value}""]"`, 'JSON in csv has them as strings')
      t.equal(json(pack.array([cell]), { special: 'null' }), '[null]')
      for (const refused of [cell, pack.array([cell])]) {
        const error = errorOf(() => json(refused, { special: 'error' }))
        t.equal(error.code, 'E_TYPE')
        t.match(error.message, 'row 1, column "c"')
      }
    }
  }
})

t.test('csv quotes a text only where it has to', async (t) => {
  const cases: [string, string][] = [
    ['', '""'],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['"', '""""'],
    ['two\nlines', '"two\nlines"'],
    ['two\rlines', '"two\rlines"'],
    [' spaces ', ' spaces '],
    ['tab\there', 'tab\there'],
    ["it's", "it's"],
    ['日本語,テキスト', '"日本語,テキスト"'],
    ['\0', '\0'],
    ['true', 'true'],
  ]
  for (const [text, expected] of cases) {
    t.equal(csv(pack.str(text)), expected)
    t.equal(csv(pack.str('x'.repeat(300) + text)), quotedLike(expected, 'x'.repeat(300)), 'in a long text')
  }
  t.equal(csv(pack.str('a,b;c'), { delimiter: ';' }), '"a,b;c"')
  t.equal(csv(pack.str('a,b'), { delimiter: ';' }), 'a,b')
  t.equal(csv(pack.str('a\tb'), { delimiter: '\t' }), '"a\tb"')
})

function quotedLike(cell: string, prefix: string): string {
  if (cell === '""') return prefix
  return cell.startsWith('"') ? `"${prefix}${cell.slice(1)}` : prefix + cell
}

t.test('a text and NULL never look alike in csv', async (t) => {
  t.equal(csv(pack.NIL), '')
  t.equal(csv(pack.str('')), '""')
  t.equal(csv(pack.NIL, { null: 'NULL' }), 'NULL')
  t.equal(csv(pack.str('NULL'), { null: 'NULL' }), '"NULL"')
  t.equal(csv(pack.str('NUL'), { null: 'NULL' }), 'NUL')
  t.equal(csv(pack.str(''), { null: 'NULL' }), '""')
  t.equal(csv(pack.array([]), { null: '[]' }), '"[]"')
  t.equal(csv(pack.str('=x'), { null: "'=x", escapeFormulas: true }), `"'=x"`)
})

/** Values of every kind whose text could be one for NULL. */
const LIKE_NULL: [text: string, cell: Buffer][] = [
  ['0', pack.fixint(0)],
  ['127', pack.fixint(127)],
  ['-1', pack.fixint(-1)],
  ['200', pack.integer('uint8', 200n)],
  ['-5', pack.integer('int64', -5n)],
  ['18446744073709551615', pack.integer('uint64', 2n ** 64n - 1n)],
  ['0', pack.float64(0)],
  ['1.5', pack.float64(1.5)],
  ['2.5', pack.float32(2.5)],
  ['1e+21', pack.float64(1e21)],
  ['NaN', pack.float64(NaN)],
  ['-Infinity', pack.float32(-Infinity)],
  ['true', pack.TRUE],
  ['false', pack.FALSE],
  ['x', pack.str('x')],
  ['AA==', pack.bin(Buffer.of(0))],
  ['1970-01-01T00:00:00Z', pack.ext(-1, Buffer.alloc(4))],
  ['[]', pack.array([])],
  ['[1]', pack.array([pack.fixint(1)])],
  ['{}', pack.map([])],
]

t.test('csv quotes any value that would read as NULL', async (t) => {
  for (const [text, cell] of LIKE_NULL) {
    t.equal(csv(cell, { null: text }), `"${text}"`, text)
    t.equal(csv(cell, { null: `${text}0` }), text)
    t.equal(csv(pack.NIL, { null: text }), text)
  }
  t.equal(
    encodeBytes(
      { format: 'csv', header: false, null: '0' },
      planOf(['a', 'b']),
      pack.array([pack.fixint(0), pack.NIL]),
    ).toString(),
    '"0",0\n',
  )
})

t.test(
  'tsv, which has no quotes, refuses any value that would read as NULL, naming row and column',
  async (t) => {
    const row = (cell: Buffer) =>
      Buffer.concat([pack.array([pack.NIL, pack.NIL]), pack.array([pack.NIL, cell])])
    const refused = (text: string, cell: Buffer, cast?: 'varchar') => {
      const spec = { format: 'tsv', null: text } as const
      const error = errorOf(() => encodeBytes(spec, planOf(['a', 'b'], cast), row(cell)))
      t.equal(error.code, 'E_TYPE')
      t.match(error.hint, 'another text for NULL')
      return error.message
    }
    for (const [text, cell] of LIKE_NULL) {
      t.equal(refused(text, cell), `row 2, column "b": "${text}" would read as NULL`)
      t.equal(tsv(cell, { null: `${text}0` }), text)
      t.equal(refused(text, cell, 'varchar'), `row 2, column "b": "${text}" would read as NULL`)
    }
    t.match(refused('', pack.str('')), '"" would read as NULL')
    t.match(refused('', pack.bin(Buffer.of())), '"" would read as NULL')
    t.match(
      refused('\\t', pack.str('\t')),
      '"\\t" would read as NULL',
      'what counts is the text that is written',
    )
    t.match(refused('a\\\\b', pack.str('a\\b')), 'would read as NULL')
    t.equal(tsv(pack.str('\\N')), '\\\\N', 'nothing reads as the usual text for NULL')
  },
)

t.test('a name in the header of tsv may look like NULL', async (t) => {
  t.equal(encodeBytes({ format: 'tsv', null: 'a' }, planOf(['a', '']), Buffer.of()).toString(), 'a\t\n')
  t.equal(encodeBytes({ format: 'tsv', null: '' }, planOf(['a', '']), Buffer.of()).toString(), 'a\t\n')
})

t.test('\\. alone in a line of csv is quoted, as a value and as a name', async (t) => {
  const end = pack.str('\\.')
  const encoded = (names: string[], cells: Buffer[], options: object = {}) =>
    encodeBytes({ format: 'csv', ...options }, planOf(names), pack.array(cells)).toString()
  t.equal(encoded(['\\.'], [end]), '"\\."\n"\\."\n')
  t.equal(encoded(['a'], [end], { crlf: true, null: 'NULL', delimiter: ';' }), 'a\r\n"\\."\r\n')
  t.equal(
    encoded(['a', 'b'], [end, end]),
    'a,b\n\\.,\\.\n',
    'with a delimiter beside it nothing takes it for the end',
  )
  for (const text of ['\\', '.', '\\.x', 'x\\.', '\\..']) t.equal(csv(pack.str(text)), text)
  t.equal(encodeCell({ format: 'tsv' }, end), '\\\\.')
  t.equal(encodeCell({ format: 'csv' }, end, 'varchar'), '"\\."', 'cell by cell as well')
})

t.test('tsv escapes instead of quoting', async (t) => {
  t.equal(tsv(pack.NIL), '\\N')
  t.equal(tsv(pack.str('')), '')
  t.equal(tsv(pack.str('a\tb\nc\rd\\e"f,g')), 'a\\tb\\nc\\rd\\\\e"f,g')
  t.equal(tsv(pack.str('\\N')), '\\\\N')
  t.equal(tsv(pack.array([pack.str('a"\n')])), '["a\\\\"\\\\n"]')
})

t.test('formulas are defused in texts, not in numbers', async (t) => {
  const options = { escapeFormulas: true }
  for (const first of ['=', '+', '-', '@']) t.equal(csv(pack.str(`${first}1`), options), `'${first}1`)
  t.equal(csv(pack.str('\t1'), options), `'\t1`)
  t.equal(csv(pack.str('\r1'), options), `"'\r1"`)
  t.equal(csv(pack.str('=A1,B2'), options), `"'=A1,B2"`)
  t.equal(tsv(pack.str('\t1'), options), `'\\t1`)
  t.equal(csv(pack.fixint(-1), options), '-1')
  t.equal(csv(pack.float64(-1.5), options), '-1.5')
  t.equal(csv(pack.float64(-Infinity), options), '-Infinity')
  t.equal(csv(pack.str(''), options), '""')
})

const SIGNS = [
  '=',
  '+',
  '-',
  '@',
  '\uff1d',
  '\uff0b',
  '\uff0d',
  '\uff20',
  '\ufe66',
  '\ufe62',
  '\ufe63',
  '\ufe6b',
]
/** What spreadsheets drop, or do not show, before a formula. */
const IGNORED = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\v',
  '\0',
  '\x7f',
  '\x85',
  '\u00a0',
  '\u00ad',
  '\u1680',
  '\u2003',
  '\u200b',
  '\u200e',
  '\u2028',
  '\u202f',
  '\u2060',
  '\u3000',
  '\ufe0f',
  '\ufeff',
  ' \u00a0\ufeff ',
]

/** A cell of csv without its quotes. */
const unquoted = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)

t.test('signs of every width are defused, whatever stands before them', async (t) => {
  const options = { escapeFormulas: true }
  const named = (text: string) => [...text].map((c) => c.codePointAt(0)!.toString(16)).join(' ')
  for (const before of IGNORED) {
    // Longer than the scratch, and its start longer than a part of it.
    const long = unquoted(csv(pack.str(`${before.repeat(30_000)}=${'x'.repeat(70_000)}`), options))
    t.ok(long.startsWith(`'${before}`), `long, after ${named(before)}`)
  }
  for (const sign of SIGNS) {
    for (const before of ['', ...IGNORED]) {
      const text = `${before}${sign}1`
      const cell = unquoted(csv(pack.str(text), options))
      t.ok(cell.startsWith(`'${before}`) && cell.endsWith(`${sign}1`), named(text))
    }
    t.equal(csv(pack.str(`1${sign}`), options), `1${sign}`)
    t.equal(csv(pack.str(`x${sign};`), options), `x${sign};`)
  }
  t.equal(csv(pack.str('\u00e9=1'), options), '\u00e9=1')
  t.equal(csv(pack.str('\u2010=1'), options), '\u2010=1')
})

t.test('signs after what separates cells elsewhere are defused', async (t) => {
  const options = { escapeFormulas: true }
  for (const separator of [';', '|', '\t', '\n', '\r', '\r\n']) {
    for (const between of ['', ' ', '"', '\u00a0"', ` ${separator}`]) {
      const text = `a${separator}${between}=1`
      t.equal(unquoted(csv(pack.str(text), options)), `a${separator}${between}'=1`, JSON.stringify(text))
      const far = 'x'.repeat(70_000)
      t.equal(unquoted(csv(pack.str(far + text), options)), `${far}a${separator}${between}'=1`)
    }
    t.equal(
      unquoted(csv(pack.str(`${separator}a=1`), options)),
      `${/\s/.test(separator) ? "'" : ''}${separator}a=1`,
    )
  }
  t.equal(csv(pack.str('a,=1'), options), '"a,=1"', 'quotes do for the own delimiter')
  t.equal(csv(pack.str('a,=1'), { ...options, delimiter: ';' }), "a,'=1")
  t.equal(csv(pack.str('a;=1'), { ...options, delimiter: ';' }), '"a;=1"')
  t.equal(csv(pack.str('a\t=1'), { ...options, delimiter: '\t' }), '"a\t=1"')
  t.equal(csv(pack.str('=1;-2;@3|x'), options), "'=1;'-2;'@3|x")
  t.equal(
    tsv(pack.str('a;=1,-2\t+3\n-4'), options),
    "a;'=1,'-2\\t+3\\n-4",
    'tsv has no tab or line end in a cell',
  )
  t.equal(csv(pack.str('a;=1')), 'a;=1', 'only where it is asked for')
})

t.test('JSON stays JSON where formulas are defused: only its strings change', async (t) => {
  const options = { escapeFormulas: true }
  const value = pack.map([
    [pack.str('k;=1'), pack.array([pack.str('=1'), pack.str('-2'), pack.fixint(-1), pack.str('"\\;=3')])],
  ])
  const expected = `{"k;'=1":["=1",${'"-2"'},-1,"\\"\\\\;'=3"]}`
  t.equal(unquoted(csv(value, options)), expected)
  t.equal(
    csv(value, { ...options, delimiter: ';' }),
    `"${expected.replace('"-2"', `"'-2"`).replace("'=1", '=1').replace("'=3", '=3').replaceAll('"', '""')}"`,
  )
  t.equal(csv(pack.array([pack.fixint(1), pack.fixint(-2)]), { ...options, delimiter: ';' }), '[1,-2]')
  const long = pack.array([pack.str('x'.repeat(70_000)), pack.str(';=1'), pack.fixint(-1)])
  t.equal(csv(long, options).slice(-13), `"";'=1"",-1]"`)
})

t.test('formulas of long texts are defused wherever a part of them ends', async (t) => {
  const times = 60_000
  const options = { escapeFormulas: true, delimiter: ':' }
  t.ok(csv(pack.str('a;='.repeat(times)), options) === "a;'=".repeat(times))
  t.ok(csv(pack.str('a;\u00a0='.repeat(times)), options) === "a;\u00a0'=".repeat(times))
  const json = pack.array(Array.from({ length: times }, () => pack.str(';=-')))
  t.ok(unquoted(csv(json, options)) === `[${Array(times).fill(`";'=-"`).join()}]`)
})

t.test('JSON strings are escaped as JSON.stringify does', async (t) => {
  for (let c = 0; c < 0x100; c++) {
    const text = String.fromCharCode(c)
    t.equal(json(pack.str(text)), JSON.stringify(text))
    t.equal(
      json(pack.str(`${'long enough for vectors '.repeat(3)}${text}.`)),
      JSON.stringify(`${'long enough for vectors '.repeat(3)}${text}.`),
    )
  }
  for (const text of ['\u2028\u2029', '😀', '\ufeff', '\ufffd\uffff'])
    t.equal(json(pack.str(text)), JSON.stringify(text))
})

t.test('nested values are JSON', async (t) => {
  const value = pack.map([
    [pack.str('a'), pack.array([pack.fixint(1), pack.NIL, pack.str('q"')])],
    [pack.str('b'), pack.map([])],
  ])
  const text = '{"a":[1,null,"q\\""],"b":{}}'
  t.equal(json(value), text)
  t.equal(csv(value), `"${text.replaceAll('"', '""')}"`)
  t.equal(tsv(value), text.replaceAll('\\', '\\\\'))
  t.equal(csv(pack.array([pack.fixint(1)])), '[1]')
  t.equal(csv(pack.array([pack.fixint(1), pack.fixint(2)])), '"[1,2]"')
  t.equal(csv(pack.array([pack.fixint(1), pack.fixint(2)]), { delimiter: ';' }), '[1,2]')
})

t.test('map keys are texts, kept in order and with duplicates', async (t) => {
  const key = (key: Buffer) => json(pack.map([[key, pack.NIL]]))
  t.equal(key(pack.fixint(1)), '{"1":null}')
  t.equal(key(pack.float64(1.5)), '{"1.5":null}')
  t.equal(key(pack.float64(NaN)), '{"NaN":null}')
  t.equal(key(pack.TRUE), '{"true":null}')
  t.equal(key(pack.NIL), '{"null":null}')
  t.equal(key(pack.bin(Buffer.from('hi'))), '{"aGk=":null}')
  t.equal(key(pack.array([pack.str('a')])), '{"[\\"a\\"]":null}')
  t.equal(
    key(pack.map([[pack.map([[pack.str('"'), pack.NIL]]), pack.NIL]])),
    `{${JSON.stringify(`{${JSON.stringify('{"\\"":null}')}:null}`)}:null}`,
  )
  t.equal(key(pack.ext(5, Buffer.of(1))), `{${JSON.stringify('{"type":5,"data":"AQ=="}')}:null}`)
  const names = ['b', '__proto__', '1', 'b', 'constructor', '0']
  const entries = names.map((name, i) => [pack.str(name), pack.fixint(i)] as const)
  t.equal(json(pack.map(entries)), '{"b":0,"__proto__":1,"1":2,"b":3,"constructor":4,"0":5}')
})

t.test('map keys that nest too deep to be quoted are refused', async (t) => {
  const nested = (depth: number): Buffer =>
    depth === 0 ? pack.str('"') : pack.map([[nested(depth - 1), pack.NIL]])
  const text = (depth: number): string => (depth === 0 ? '"' : `{${JSON.stringify(text(depth - 1))}:null}`)
  t.equal(json(nested(9)), text(9))
  const error = errorOf(() => json(nested(10)))
  t.equal(error.code, 'E_LIMIT_DEPTH')
  t.match(error.message, 'key')
})

t.test('bytes are base64', async (t) => {
  for (let length = 0; length < 50; length++) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 89 + length) & 0xff))
    t.equal(json(pack.bin(bytes)), `"${bytes.toString('base64')}"`)
    t.equal(csv(pack.bin(bytes)), length === 0 ? '""' : bytes.toString('base64'))
  }
})

t.test('timestamps are ISO 8601 with no more decimals than they need', async (t) => {
  const seconds = (s: bigint, nanoseconds = 0) => {
    const data = Buffer.alloc(12)
    data.writeUInt32BE(nanoseconds)
    data.writeBigInt64BE(s, 4)
    return pack.ext(-1, data)
  }
  const short = Buffer.alloc(4)
  short.writeUInt32BE(Date.UTC(2026, 10, 1) / 1000)
  t.equal(csv(pack.ext(-1, short)), '2026-11-01T00:00:00Z')
  const medium = Buffer.alloc(8)
  medium.writeBigUInt64BE((120_000_000n << 34n) | 0x3_ffff_ffffn)
  t.equal(json(pack.ext(-1, medium)), '"2514-05-30T01:53:03.120Z"')
  t.equal(csv(seconds(0n)), '1970-01-01T00:00:00Z')
  t.equal(csv(seconds(-1n, 1)), '1969-12-31T23:59:59.000000001Z')
  t.equal(csv(seconds(951782400n, 123_456_000)), '2000-02-29T00:00:00.123456Z')
  t.equal(csv(seconds(-62167219200n)), '0000-01-01T00:00:00Z')
  t.equal(csv(seconds(-62167219201n)), '-000001-12-31T23:59:59Z')
  t.equal(csv(seconds(253402300800n)), '+010000-01-01T00:00:00Z')
  t.equal(csv(seconds(2n ** 63n - 1n)), '+292277026596-12-04T15:30:07Z')
  t.equal(csv(seconds(-(2n ** 63n))), '-292277022657-01-27T08:29:52Z')
  t.equal(
    json(seconds(0n, 1e9)),
    '{"type":-1,"data":"O5rKAAAAAAAAAAAA"}',
    'no timestamp: too many nanoseconds',
  )
  t.equal(json(pack.ext(-1, Buffer.alloc(5))), '{"type":-1,"data":"AAAAAAA="}', 'no timestamp: five bytes')
})

t.test('broken UTF-8 is repaired as TextDecoder does, let through, or refused', async (t) => {
  const broken = [
    'ff',
    'c0af',
    'e282',
    'eda080',
    'f09f9841',
    'f4908080',
    '80',
    'c3',
    'f0808080',
    'e2e282ac',
    'fbbfbf',
  ]
  for (const hex of broken) {
    for (const padding of ['', 'padding that is a vector long ']) {
      const bytes = Buffer.concat([Buffer.from(padding), Buffer.from(hex, 'hex'), Buffer.from('.')])
      const repaired = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
      t.equal(csv(pack.str(bytes)), repaired, hex)
      t.equal(json(pack.str(bytes)), `"${repaired}"`, hex)
      t.equal(json(pack.array([pack.str(bytes)])), `["${repaired}"]`, hex)
      const plan = planOf(['c'])
      const raw = encodeBytes(
        { format: 'csv', header: false, invalidUtf8: 'raw' },
        plan,
        pack.array([pack.str(bytes)]),
      )
      t.same(raw, Buffer.concat([bytes, Buffer.from('\n')]))
      const error = errorOf(() => csv(pack.str(bytes), { invalidUtf8: 'fail' }))
      t.equal(error.code, 'E_UTF8')
      t.match(error.message, 'row 1, column "c"')
    }
  }
  t.equal(csv(pack.str('\ufeffkept')), '\ufeffkept')
})
