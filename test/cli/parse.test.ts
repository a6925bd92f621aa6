import { InvalidArgumentError } from 'commander'
import t from 'tap'
import {
  casts,
  epochSeconds,
  integer,
  milliseconds,
  names,
  renames,
  size,
} from '../../src/cli/options/parse.js'

t.test('durations have a unit', async (t) => {
  t.equal(milliseconds('500ms'), 500)
  t.equal(milliseconds('60s'), 60_000)
  t.equal(milliseconds('1.5m'), 90_000)
  t.equal(milliseconds('2h'), 7_200_000)
  t.equal(milliseconds('1d'), 86_400_000)
  t.throws(() => milliseconds('60'), /A unit is missing: 60s, 60m or 60h\?/)
  for (const text of ['', 's', '1w', '-1s', '1 s', '1e3s', '0x1s'])
    t.throws(() => milliseconds(text), InvalidArgumentError, text)
})

t.test('a duration that no timer can keep is refused', async (t) => {
  t.equal(milliseconds('24d'), 24 * 86_400_000)
  t.throws(() => milliseconds('25d'), /longest/)
})

t.test('sizes have a unit', async (t) => {
  t.equal(size('10MB'), 10_000_000)
  t.equal(size('1.5KiB'), 1536)
  for (const text of ['10', '0B', '1XB', 'MB', '1 MB']) t.throws(() => size(text), InvalidArgumentError, text)
})

t.test('integers are whole and within their bounds', async (t) => {
  t.equal(integer(0)('0'), 0)
  t.equal(integer(-2, 2)('-2'), -2)
  for (const text of ['', '1.0', '1e3', '0x10', ' 1', '99999999999999999999']) {
    t.throws(() => integer(0)(text), InvalidArgumentError, JSON.stringify(text))
  }
  t.throws(() => integer(1)('0'), /at least 1/)
  t.throws(() => integer(0, 32)('33'), /from 0 to 32/)
})

t.test('times are seconds since 1970, or dates that name their zone', async (t) => {
  t.equal(epochSeconds('1700000000'), 1_700_000_000)
  t.equal(epochSeconds('1970-01-02T00:00:00Z'), 86_400)
  t.equal(epochSeconds('1970-01-01 09:00 +0900'), 0)
  t.throws(() => epochSeconds('2026-01-31'), /with its zone/)
  t.throws(() => epochSeconds('yesterday'), InvalidArgumentError)
  t.throws(() => epochSeconds('2026-13-31T00:00Z'), InvalidArgumentError)
})

t.test('column lists keep their order, and a repeated option adds to them', async (t) => {
  t.same(names('b,a'), ['b', 'a'])
  t.same(names('c', ['b', 'a']), ['b', 'a', 'c'])
  t.throws(() => names('a,,b'), InvalidArgumentError)
  t.throws(() => names(''), InvalidArgumentError)
})

t.test('names that hold a comma, a quote or a separator are quoted as in CSV', async (t) => {
  t.same(names('"a,b",c'), ['a,b', 'c'])
  t.same(names('c,"a""b"'), ['c', 'a"b'])
  t.same(names('" a ","'), [' a ', '"'])
  t.same(names('say "x",b'), ['say "x"', 'b'])
  t.same({ ...renames('"a,b"=c,d="e,f=g"') }, { 'a,b': 'c', d: 'e,f=g' })
  t.same({ ...casts('"a:b,c":double,d:varchar') }, { 'a:b,c': 'double', d: 'varchar' })
  t.throws(() => names('"",a'), InvalidArgumentError)
  t.throws(() => renames('a=""'), InvalidArgumentError)
})

t.test('renames are old=new, and the old name may hold =', async (t) => {
  t.same({ ...renames('a=b,c=d') }, { a: 'b', c: 'd' })
  t.same({ ...renames('x=y=z') }, { 'x=y': 'z' })
  t.same({ ...renames('c=d', renames('a=b')) }, { a: 'b', c: 'd' })
  t.throws(() => renames('a=c', renames('a=b')), /The column a is named twice/)
  for (const text of ['a', '=b', 'a=', 'a=b,']) t.throws(() => renames(text), InvalidArgumentError, text)
})

t.test('a column called __proto__ can be renamed', async (t) => {
  t.same(Object.entries(renames('__proto__=p')), [['__proto__', 'p']])
})

t.test('casts are column:type with a known type', async (t) => {
  t.same({ ...casts('a:double,b:varchar') }, { a: 'double', b: 'varchar' })
  t.same({ ...casts('t:x:bigint') }, { 't:x': 'bigint' })
  t.throws(() => casts('a:float'), /varchar, bigint, double, boolean/)
  t.throws(() => casts('a'), InvalidArgumentError)
})
