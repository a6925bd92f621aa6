import { Writable } from 'node:stream'
import t from 'tap'
import { createSink, encode, FORMAT_NAMES, formatNamed } from '../../../src/advanced.js'
import { SluiceError } from '../../../src/errors.js'
import { csv, type Format, json, msgpack, ndjson, parquet, type Sink, tsv } from '../../../src/index.js'
import { FORMATS, OPTION_ROWS } from '../../../src/model/formats.js'
import { planOf } from '../../support/msgpack/plan.js'

/** A value that the option takes in some format. */
const SAMPLES: Record<string, unknown> = {
  header: false,
  null: 'NULL',
  delimiter: ';',
  bom: true,
  quote: 'all',
  outputEncoding: 'utf-16le',
  unmappable: 'replace',
  decimalComma: true,
  crlf: true,
  escapeFormulas: true,
  special: 'null',
  int64: 'string',
  rowShape: 'object',
  invalidUtf8: 'replace',
  codec: 'gzip',
  page: 'v2',
  profile: 'spark',
  codecLevel: 5,
  sortedBy: 'a',
  bloom: 'a,b',
  rowGroupSize: 5,
  rowGroupBytes: 5,
  batchRows: 5,
  bufferCodec: 'lz4',
  onTypeError: 'null',
  metadata: { a: 'b' },
  limits: { depth: 3 },
  compression: 'none',
  compressionLevel: 9,
  encryptTo: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj',
  clobber: false,
}

/** The error of a call that a program in JavaScript makes. */
function refused(make: () => unknown): { message: string; hint: string | undefined } {
  try {
    make()
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'E_USAGE') throw error
    return error
  }
  throw new Error('nothing was thrown')
}

const asAny = (options: unknown) => options as never

t.test('every format makes a sink under its name', async (t) => {
  for (const format of FORMAT_NAMES) {
    t.equal(formatNamed(format), format)
    t.equal(createSink(format, 'x').format, format)
    t.equal(createSink(format, new Writable()).format, format)
  }
  t.equal(refused(() => createSink('xlsx' as Format, 'x')).message, 'there is no format "xlsx"')
  t.equal(
    refused(() => encode({ format: asAny('parquet') }, planOf(['a']))).message,
    'there is no row format "parquet"',
  )
})

t.test('a format has the options of the table, and refuses the others by name', async (t) => {
  for (const [name, row] of OPTION_ROWS) {
    t.ok(name in SAMPLES, `${name} has a sample`)
    for (const format of FORMAT_NAMES) {
      const value = format === 'msgpack' && name === 'invalidUtf8' ? 'raw' : SAMPLES[name]
      const path = row.isOfCompressed ? 'x.gz' : 'x'
      const make = () =>
        createSink(format, path, { [name]: value, ...(name === 'codecLevel' && { codec: 'gzip' }) })
      if (row.formats.includes(format)) t.equal(make().format, format, `${format} ${name}`)
      else t.match(refused(make).message, `the format ${format} has no option ${name}; `)
    }
  }
})

t.test(
  'options of another format, unknown ones and wrong values are refused when the sink is made',
  async (t) => {
    const cases: [() => Sink, string, RegExp?][] = [
      [
        () => csv('x', asAny({ special: 'nope' })),
        'the format csv has no option special; ndjson and json have it',
      ],
      [() => ndjson('x', asAny({ null: 'X' })), 'the format ndjson has no option null; csv and tsv have it'],
      [() => tsv('x', asAny({ delimiter: ';' })), 'the format tsv has no option delimiter; csv has it'],
      [
        () => parquet('x', asAny({ codec: 'lzma' })),
        'the option codec must be one of snappy, gzip, zstd, lz4_raw, none, not "lzma"',
      ],
      [
        () => csv('x', asAny({ delimeter: ';' })),
        'there is no option "delimeter"; did you mean delimiter?',
        /^the options of csv are header, null, delimiter, .*clobber$/,
      ],
      [
        () => json('x', asAny({ special: 'sting' })),
        'the option special must be one of string, null, error, not "sting"; did you mean string?',
      ],
      [() => csv('x', asAny({ bom: 'yes' })), 'the option bom must be true or false, not "yes"'],
      [() => csv('x', asAny({ header: null })), 'the option header must be true or false, not null'],
      [() => csv('x', asAny({ null: null })), 'the option null must be a text, not null'],
      [() => csv('x', asAny({ limits: 5 })), 'the option limits must be an object of limits, not 5'],
      [() => csv('x', asAny({ limits: { deep: 5 } })), 'the option limits is wrong: there is no limit deep'],
      [
        () => csv('x', { limits: { depth: 0 } }),
        'the option limits is wrong: the limit depth must be from 1 to 1000000; it is 0',
      ],
      [
        () => parquet('x', { rowGroupSize: 0 }),
        'the option rowGroupSize must be a whole number of at least 1, not 0',
      ],
      [
        () => parquet('x', { rowGroupBytes: 1.5 }),
        'the option rowGroupBytes must be a whole number of at least 1, not 1.5',
      ],
      [
        () => parquet('x', asAny({ metadata: { a: 1 } })),
        'the option metadata must be an object of texts, not an object',
      ],
      [
        () => parquet('x', asAny({ invalidUtf8: 'raw' })),
        'the option invalidUtf8 must be one of replace, fail, not "raw"',
      ],
      [() => msgpack('x', asAny({ invalidUtf8: 'fail' })), 'the option invalidUtf8 must be raw, not "fail"'],
      [
        () => csv('x.csv', asAny({ compression: 'gz' })),
        'the option compression must be one of gzip, zstd, none, not "gz"; did you mean gzip?',
      ],
      [
        () => csv('x.csv', { compressionLevel: 3 }),
        'the option compressionLevel is for a compressed file, such as x.csv.gz',
      ],
      [
        () => csv(new Writable(), { compression: 'gzip', compressionLevel: 10 }),
        'the option compressionLevel must be from 1 to 9 for gzip, not 10',
      ],
      [
        () => csv('x.zst', { compressionLevel: 23 }),
        'the option compressionLevel must be a whole number from 1 to 22, not 23',
      ],
      [
        () => parquet('x', asAny({ codec: 'gzip', compressionLevel: 9 })),
        'the format parquet has no option compressionLevel; csv, tsv, ndjson, json and msgpack have it',
      ],
      [() => csv('x', asAny({ toString: 1 })), 'there is no option "toString"'],
    ]
    for (const [make, message, hint] of cases) {
      const error = refused(make)
      t.equal(error.message, message)
      if (hint !== undefined) t.match(error.hint, hint)
    }
  },
)

t.test('an option of undefined is not given', async (t) => {
  t.equal(ndjson('x', asAny({ null: undefined, nothing: undefined })).format, 'ndjson')
})

t.test('a delimiter is one to eight characters that no unquoted value contains', async (t) => {
  for (const delimiter of [
    '',
    '"',
    '\n',
    '\r',
    'a',
    '1',
    '.',
    '-',
    '+',
    '_',
    ',a',
    '|"',
    '|\n',
    '\ud83d',
    ',\udc00',
    '|||||||||',
    '\\n',
  ])
    t.match(
      refused(() => csv('x', { delimiter })).message,
      /^the option delimiter must be 1 to 8 characters that/,
    )
  for (const delimiter of [
    ';',
    '\t',
    '\\t',
    '|',
    ' ',
    ':',
    "'",
    '\0',
    '\x01',
    '§',
    '、',
    '😀',
    'é',
    '||',
    ', ',
    '||||||||',
  ])
    t.ok(csv('x', { delimiter }), delimiter)
})

t.test('the text for NULL contains nothing that would have to be quoted', async (t) => {
  for (const text of ['a,b', '"', 'x\n', '\r', 'N'.repeat(32_769)])
    t.match(refused(() => csv('x', { null: text })).message, /^the option null is (never quoted|longer)/)
  t.match(refused(() => csv('x', { null: 'a;b', delimiter: ';' })).message, 'never quoted')
  t.ok(csv('x', { null: 'a,b', delimiter: ';' }))
  t.match(refused(() => csv('x', { null: 'a\tb', delimiter: '\\t' })).message, 'never quoted')
  t.match(refused(() => csv('x', { null: '|', delimiter: '||' })).message, 'never quoted')
  t.match(refused(() => tsv('x', { null: '\t' })).message, 'never quoted')
  t.ok(tsv('x', { null: 'a,b' }))
  for (const make of [csv, tsv])
    t.match(refused(() => make('x', { null: '\\.' })).message, 'may not be \\., which ends the data')
})

t.test('encode takes the options of the encoder, not those of a file', async (t) => {
  const plan = planOf(['a'])
  t.ok(encode({ format: 'csv', delimiter: ';' }, plan))
  t.match(
    refused(() => encode({ format: 'csv', delimiter: 'a' }, plan)).message,
    'the option delimiter must be',
  )
  t.match(
    refused(() => encode(asAny({ format: 'csv', clobber: false }), plan)).message,
    'has no option clobber',
  )
})

t.test('binary formats are those that a terminal does not get', async (t) => {
  t.same(
    FORMAT_NAMES.filter((format) => FORMATS[format].isBinary),
    ['msgpack', 'parquet', 'arrow', 'arrows'],
  )
})
