import fc from 'fast-check'
import * as pack from './pack.js'

/** Random msgpack values as their bytes, in every form of the specification, with a liking for edges. */

const width = fc.constantFrom<pack.Width>(0, 1, 2, 4)

const EDGES = [0, 7, 8, 15, 16, 31, 32, 53, 63, 64].flatMap((bits) => {
  const power = 1n << BigInt(bits)
  return [power - 1n, power, power + 1n, -power - 1n, -power, 1n - power]
})

const integer = fc.oneof(
  fc.integer({ min: -32, max: 127 }).map(pack.fixint),
  fc
    .tuple(
      fc.constantFrom(...pack.INTEGER_FORMS),
      fc.oneof(
        fc.constantFrom(...EDGES),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
        fc.integer({ min: 0, max: 20 }).map((digits) => 10n ** BigInt(digits) - 1n),
      ),
    )
    .map(([form, value]) => pack.integer(form, value)),
)

const SPECIAL_DOUBLES = [0, -0, NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 2 ** 64, -(2 ** 63), 1e21, 1e-7]

const double = fc.oneof(
  fc.constantFrom(...SPECIAL_DOUBLES).map(pack.float64),
  fc.double().map(pack.float64),
  fc.integer().map(pack.float64),
  fc.tuple(fc.integer(), fc.integer({ min: 0, max: 9 })).map(([m, e]) => pack.float64(m / 10 ** e)),
  fc.float().map(pack.float32),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bits) => Buffer.concat([Buffer.of(0xca), bits])),
)

/** Pieces that matter to some format; the last ones are not UTF-8. */
const PIECES = [
  ...[',', ';', '|', '\t', '"', "'", '\n', '\r', '\\', '\0', '\x1f', '\x7f', '=', '+', '-', '@', ' '],
  ...['a', 'NULL', '\\N', 'plain text', 'é', 'ß', '日本', '😀', '\u2028', '\ufeff', '\ufffd', '/', '<'],
  ...['\u00a0', '\u200b', '\u3000', '\uff1d', '\uff0d', ';=', ' +', '\\.'],
].map((piece) => Buffer.from(piece))
const BROKEN = ['ff', 'c0af', 'e282', 'eda080', 'f09f98', 'f4908080', '80', 'c3'].map((hex) =>
  Buffer.from(hex, 'hex'),
)

const validBody = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => Buffer.concat(parts))
const anyBody = fc.oneof(
  { weight: 6, arbitrary: validBody },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        'true',
        'FALSE',
        '12',
        '-7',
        '1.5e3',
        'NaN',
        '',
        '\\.',
        '-0.50',
        '+12',
        '1.2.3',
        '.5',
        '5.',
        '-',
      )
      .map((text) => Buffer.from(text)),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...PIECES, ...BROKEN), { maxLength: 8 })
      .map((parts) => Buffer.concat(parts)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  // Long enough for each form of a length.
  {
    weight: 1,
    arbitrary: fc
      .tuple(validBody, fc.constantFrom(3, 40, 300))
      .map(([body, times]) => Buffer.concat(Array<Buffer>(times).fill(body))),
  },
)

const text = fc.tuple(anyBody, width).map(([body, w]) => pack.str(body, w))
const bytes = fc.tuple(fc.uint8Array({ maxLength: 20 }), width).map(([body, w]) => pack.bin(body, w))
const timestamp = fc
  .tuple(fc.constantFrom(4, 8, 12), fc.uint8Array({ minLength: 12, maxLength: 12 }), width)
  .map(([length, data, w]) => pack.ext(-1, data.subarray(0, length), w))
const extension = fc
  .tuple(fc.integer({ min: -128, max: 127 }), fc.uint8Array({ maxLength: 17 }), width)
  .map(([type, data, w]) => pack.ext(type, data, w))
const simple = fc.constantFrom(pack.NIL, pack.FALSE, pack.TRUE)

export const scalar: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 2, arbitrary: simple },
  { weight: 3, arbitrary: integer },
  { weight: 3, arbitrary: double },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.oneof(timestamp, extension) },
)

export const value: fc.Arbitrary<Buffer> = fc.letrec<{ value: Buffer; array: Buffer; map: Buffer }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 8, arbitrary: scalar },
      { weight: 1, arbitrary: tie('array') },
      { weight: 1, arbitrary: tie('map') },
    ),
    array: fc
      .tuple(fc.array(tie('value'), { maxLength: 4 }), width)
      .map(([elements, w]) => pack.array(elements, w)),
    map: fc
      .tuple(
        fc.array(fc.tuple(fc.oneof({ weight: 3, arbitrary: text }, tie('value')), tie('value')), {
          maxLength: 3,
        }),
        width,
      )
      .map(([pairs, w]) => pack.map(pairs, w)),
  }),
).value

/** Values of one kind, as the columns of a real result have them, with NULL between. */
export const columnOfValues: fc.Arbitrary<fc.Arbitrary<Buffer>> = fc
  .constantFrom(
    integer,
    double,
    text,
    scalar,
    value,
    fc.oneof(...[1, 0].map((n) => fc.constant(pack.fixint(n))), text),
  )
  .map((kind) => fc.oneof({ weight: 1, arbitrary: fc.constant(pack.NIL) }, { weight: 5, arbitrary: kind }))
