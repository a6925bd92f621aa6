import type { Random } from '../../../bench/random.js'
import * as pack from '../msgpack/pack.js'

/** A msgpack value in pieces that a mutation may exchange: a header, a scalar, or a header with its text. */
type Tokens = Buffer[]

const TEXTS = [
  '',
  'a',
  'plain text',
  'a,b',
  'say "hi"',
  'two\nlines',
  '日本',
  '\u2028',
  '=1+1',
  '\\N',
  '\x1b[0m',
]
const BROKEN_TEXTS = ['ff', 'c0af', 'eda080', 'f09f98'].map((hex) => Buffer.from(hex, 'hex'))
const DOUBLES = [0, -0, 0.1, -1.5, 1e21, 1e-7, 5e-324, 2 ** 53, NaN, Infinity, -Infinity]

function scalar(random: Random): Buffer {
  return random.pick<() => Buffer>([
    () => pack.NIL,
    () => (random.oneIn(2) ? pack.TRUE : pack.FALSE),
    () => pack.fixint(random.below(160) - 32),
    () =>
      pack.integer(
        random.pick(pack.INTEGER_FORMS),
        BigInt(random.below(2 ** 32)) << BigInt(random.below(33)),
      ),
    () => pack.float64(random.pick(DOUBLES)),
    () => pack.float32(random.pick(DOUBLES)),
    () => pack.str(random.pick(TEXTS), random.pick([0, 0, 1, 2, 4])),
    () => pack.str('x'.repeat(random.below(2000)), 2),
    () => pack.str(random.pick(BROKEN_TEXTS)),
    () => pack.bin(Buffer.alloc(random.below(40), 7), random.pick([1, 2, 4])),
    () => pack.ext(random.below(256) - 128, Buffer.alloc(random.pick([1, 2, 4, 8, 12, 16, 20]), 3)),
    () => pack.ext(-1, Buffer.alloc(random.pick([4, 8, 12]), random.below(100))),
  ])()
}

function value(random: Random, depth = 0): Tokens {
  if (depth > 3 || !random.oneIn(4)) return [scalar(random)]
  const count = random.below(4)
  const inner = () => value(random, depth + 1)
  if (random.oneIn(2)) return [Buffer.of(0x90 | count), ...Array.from({ length: count }, inner).flat()]
  const pair = () => [pack.str(random.pick(TEXTS)), ...inner()]
  return [Buffer.of(0x80 | count), ...Array.from({ length: count }, pair).flat()]
}

export interface Rows {
  readonly columns: number
  readonly count: number
  readonly tokens: Tokens
}

export function randomRows(random: Random): Rows {
  const columns = 1 + random.below(random.oneIn(8) ? 20 : 4)
  const count = random.below(random.oneIn(10) ? 300 : 12)
  const head = columns < 16 ? Buffer.of(0x90 | columns) : Buffer.of(0xdc, 0, columns)
  const row = () => [head, ...Array.from({ length: columns }, () => value(random)).flat()]
  return { columns, count, tokens: Array.from({ length: count }, row).flat() }
}

/** Headers that claim more than any result holds. */
const CLAIMS = ['dd', 'df', 'db', 'c6', 'c9'].map((token) => Buffer.from(`${token}ffffffff`, 'hex'))
const MANY = Buffer.from('dd01c9c380', 'hex')

/** One change in the structure of rows; the result may still be sound. */
export function mutateTokens(tokens: Tokens, random: Random): Tokens {
  const at = random.below(tokens.length + 1)
  const replaced = (...by: Buffer[]) => [...tokens.slice(0, at), ...by, ...tokens.slice(at + 1)]
  const inserted = (...what: Buffer[]) => [...tokens.slice(0, at), ...what, ...tokens.slice(at)]
  const other = tokens[random.below(Math.max(tokens.length, 1))] ?? pack.NIL
  return random.pick<() => Tokens>([
    () => replaced(),
    () => replaced(scalar(random)),
    () => replaced(other),
    () => inserted(other),
    () => inserted(...value(random)),
    () => replaced(random.pick(CLAIMS)),
    () => inserted(...Array<Buffer>(50).fill(MANY)),
    () => inserted(Buffer.alloc(random.pick([1, 5, 63, 64, 65, 200, 100_000]), random.pick([0x91, 0x81]))),
    () => inserted(Buffer.of(0xc1)),
    () => inserted(Buffer.of(random.below(256))),
    () => tokens.slice(0, at),
    () => tokens.slice(at),
    () => [...tokens.slice(0, at), ...tokens],
    () => [Buffer.from('<html><body>Sign in</body></html>')],
    () => flipped(tokens, random),
    () => cutInside(tokens, random),
  ])()
}

function flipped(tokens: Tokens, random: Random): Tokens {
  const bytes = Buffer.concat(tokens)
  if (bytes.length > 0) bytes[random.below(bytes.length)]! ^= 1 << random.below(8)
  return [bytes]
}

function cutInside(tokens: Tokens, random: Random): Tokens {
  const bytes = Buffer.concat(tokens)
  return [bytes.subarray(0, random.below(bytes.length + 1))]
}
