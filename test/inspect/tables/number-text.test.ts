import fc from 'fast-check'
import t from 'tap'
import { canonicalNumber, canonicalOf } from '../../../src/inspect/tables/number-text.js'

t.test('all ways to write a number have one text', async (t) => {
  for (const [text, canonical] of [
    ['1.50', '1.5'],
    ['+0001.0', '1'],
    ['15e-1', '1.5'],
    ['.5', '0.5'],
    ['-0', '0'],
    ['-0.00e9', '0'],
    ['1e3', '1000'],
    ['1.25e1', '12.5'],
    ['9007199254740993', '9007199254740993'],
    ['0.10000000000000000001', '0.10000000000000000001'],
    ['', undefined],
    ['.', undefined],
    ['1e99999', undefined],
    ['0x10', undefined],
    ['NaN', undefined],
  ] as const)
    t.equal(canonicalNumber(text), canonical, text)
})

t.test('numbers have the text of their shortest form', async (t) => {
  t.strictSame(
    [canonicalOf(-0), canonicalOf(1e21), canonicalOf(5e-7), canonicalOf(Number.NaN), canonicalOf(2n ** 64n)],
    ['0', '1000000000000000000000', '0.0000005', 'NaN', '18446744073709551616'],
  )
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      t.equal(Number(canonicalOf(value)), value === 0 ? 0 : value)
    }),
  )
})
