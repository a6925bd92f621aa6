import type { Random } from '../../../bench/random.js'

/** Writes bits as RFC 1951, section 3.1.1, packs them. */
class BitWriter {
  readonly #bytes: number[] = []
  #buffer = 0
  #bits = 0

  /** The lowest bit first. */
  number(value: number, bits: number): void {
    for (let i = 0; i < bits; i++) this.#bit((value >> i) & 1)
  }

  /** A code, its highest bit first. */
  code({ code, length }: Code): void {
    for (let i = length - 1; i >= 0; i--) this.#bit((code >> i) & 1)
  }

  bytes(bytes: Uint8Array): void {
    this.align()
    this.#bytes.push(...bytes)
  }

  align(): void {
    while (this.#bits > 0) this.#bit(0)
  }

  take(): Buffer {
    this.align()
    return Buffer.from(this.#bytes)
  }

  #bit(bit: number): void {
    this.#buffer |= bit << this.#bits
    if (++this.#bits < 8) return
    this.#bytes.push(this.#buffer)
    this.#buffer = 0
    this.#bits = 0
  }
}

interface Code {
  readonly code: number
  readonly length: number
}

/** A literal, or a match. */
type Token = number | { readonly length: number; readonly distance: number }

/** RFC 1951, section 3.2.5: bases and extra bits, the first for symbol 257 and for distance 0. */
const LENGTHS = basesOf(28, 3, (i) => (i < 8 ? 0 : (i - 4) >> 2))
const DISTANCES = basesOf(30, 1, (i) => (i < 4 ? 0 : (i >> 1) - 1))
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

function basesOf(count: number, first: number, extraOf: (i: number) => number) {
  let base = first
  return Array.from({ length: count }, (_, i) => {
    const found = { base, extra: extraOf(i) }
    base += 1 << found.extra
    return found
  })
}

/**
 * Random blocks of deflate, such as no compressor makes: codes of all lengths up to 15 bits, of which many are not used,
 * a single distance code or none, lengths repeated in any of the ways there are, matches that reach as far as they may.
 * About one in `damage` has something that is not allowed.
 */
export function randomDeflate(random: Random, damage: number): Buffer {
  const writer = new BitWriter()
  const state = { written: 0, random, damage }
  const blocks = 1 + random.below(4)
  for (let i = 0; i < blocks; i++) {
    writer.number(i === blocks - 1 ? 1 : 0, 1)
    const type = random.oneIn(damage * 4) ? 3 : random.below(8)
    if (type === 0) putStored(writer, state)
    else if (type === 3) writer.number(3, 2)
    else putCoded(writer, state, type === 1)
  }
  return writer.take()
}

interface State {
  written: number
  readonly random: Random
  readonly damage: number
}

function putStored(writer: BitWriter, state: State): void {
  const { random } = state
  const bytes = Uint8Array.from({ length: random.below(300) }, () => random.below(256))
  writer.number(0, 2)
  writer.align()
  writer.number(bytes.length, 16)
  writer.number(~bytes.length ^ (random.oneIn(state.damage * 2) ? 1 << random.below(16) : 0), 16)
  writer.bytes(bytes)
  state.written += bytes.length
}

function putCoded(writer: BitWriter, state: State, isFixed: boolean): void {
  const { random } = state
  const tokens = randomTokens(state)
  let literals = fixedLengths()
  let distances = Array<number>(32).fill(5)
  writer.number(isFixed ? 1 : 2, 2)
  if (!isFixed) {
    const used = tokens.map((token) =>
      typeof token === 'number' ? token : symbolOf(LENGTHS, token.length) + 257,
    )
    literals = randomLengths([...used, 256], 286, 15, random)
    const far = tokens.flatMap((token) =>
      typeof token === 'number' ? [] : symbolOf(DISTANCES, token.distance),
    )
    distances = far.length === 0 && random.oneIn(2) ? [0] : randomLengths(far, 30, 15, random)
    for (const lengths of [literals, distances]) if (random.oneIn(state.damage)) spoil(lengths, random)
    putLengths(writer, literals, distances, state)
  }
  const [literalCodes, distanceCodes] = [codesOf(literals), codesOf(distances)]
  for (const token of tokens) {
    if (typeof token === 'number') {
      writer.code(literalCodes[token]!)
      continue
    }
    const length = symbolOf(LENGTHS, token.length)
    // 258 may be written in two ways.
    const is285 = token.length === 258 && (literals[284] === 0 || random.oneIn(2))
    writer.code(literalCodes[is285 ? 285 : length + 257] ?? literalCodes[256]!)
    if (!is285) writer.number(token.length - LENGTHS[length]!.base, LENGTHS[length]!.extra)
    const distance = symbolOf(DISTANCES, token.distance)
    writer.code(distanceCodes[distance]!)
    writer.number(token.distance - DISTANCES[distance]!.base, DISTANCES[distance]!.extra)
  }
  // Symbols that have codes and no meaning.
  if (isFixed && random.oneIn(state.damage)) writer.code(literalCodes[286 + random.below(2)]!)
  writer.code(literalCodes[256]!)
}

function randomTokens(state: State): Token[] {
  const { random } = state
  const alphabet = 1 + random.below(256)
  const rate = 1 + random.below(6)
  return Array.from({ length: random.below(random.oneIn(4) ? 2000 : 60) }, () => {
    if (state.written === 0 || random.below(6) < rate) {
      state.written += 1
      return random.below(alphabet)
    }
    const length = random.oneIn(3) ? 3 + random.below(256) : 3 + random.below(12)
    const most = Math.min(state.written, 32_768)
    const near = 1 + random.below(Math.min(most, 40))
    let distance = random.oneIn(3) ? 1 + random.below(most) : near
    if (random.oneIn(9)) distance = most
    if (random.oneIn(state.damage * 200)) distance = Math.min(32_768, most + 1 + random.below(300))
    state.written += length
    return { length, distance }
  })
}

function symbolOf(bases: readonly { base: number }[], value: number): number {
  return bases.findLastIndex(({ base }) => base <= value)
}

function fixedLengths(): number[] {
  return Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))
}

/** Lengths of a complete code for the symbols in `used` and some others; a single symbol gets one bit. */
function randomLengths(used: readonly number[], symbols: number, most: number, random: Random): number[] {
  const wanted = new Set(used)
  const others = random.oneIn(3) ? random.below(symbols) : 0
  for (let i = 0; i < others; i++) wanted.add(random.below(symbols))
  if (wanted.size === 0) wanted.add(random.below(symbols))
  const lengths = [0]
  const isDeep = random.oneIn(2)
  while (lengths.length < wanted.size) {
    const deepest = lengths.findLastIndex((length) => length < most)
    let at = isDeep ? deepest : random.below(lengths.length)
    if (lengths[at]! >= most) at = deepest
    lengths.splice(at, 1, lengths[at]! + 1, lengths[at]! + 1)
  }
  if (lengths.length === 1) lengths[0] = 1
  const all = Array<number>(Math.max(...wanted) + 1).fill(0)
  for (const symbol of wanted) all[symbol] = lengths.splice(random.below(lengths.length), 1)[0]!
  return all
}

function spoil(lengths: number[], random: Random): void {
  const at = random.below(lengths.length)
  lengths[at] = random.oneIn(2) ? random.below(16) : Math.max(0, lengths[at]! - 1)
}

/** RFC 1951, section 3.2.7. */
function putLengths(writer: BitWriter, literals: number[], distances: number[], state: State): void {
  const { random, damage } = state
  const all = [...literals, ...Array<number>(Math.max(0, 257 - literals.length)).fill(0), ...distances]
  const items: { symbol: number; extra: number; bits: number }[] = []
  for (let at = 0; at < all.length; ) {
    const length = all[at]!
    let run = 1
    while (all[at + run] === length) run++
    const often = (most: number) => 3 + random.below(Math.min(run, most) - 2)
    let times = 1
    if (length === 0 && run >= 11 && !random.oneIn(6)) {
      times = 11 + random.below(Math.min(run, 138) - 10)
      items.push({ symbol: 18, extra: times - 11, bits: 7 })
    } else if (length === 0 && run >= 3 && !random.oneIn(6)) {
      times = often(10)
      items.push({ symbol: 17, extra: times - 3, bits: 3 })
    } else if (at > 0 && all[at - 1] === length && run >= 3 && !random.oneIn(6)) {
      times = often(6)
      items.push({ symbol: 16, extra: times - 3, bits: 2 })
    } else items.push({ symbol: length, extra: 0, bits: 0 })
    at += times
  }
  if (random.oneIn(damage * 3)) items.splice(random.below(items.length), 0, { symbol: 16, extra: 3, bits: 2 })
  const lengths = randomLengths([...items.map(({ symbol }) => symbol), 0], 19, 7, random)
  if (random.oneIn(damage * 2)) spoil(lengths, random)
  while (lengths.length < 19) lengths.push(0)
  const last = ORDER.findLastIndex((symbol) => lengths[symbol]! > 0)
  writer.number(Math.max(257, literals.length) - 257, 5)
  writer.number(distances.length - 1, 5)
  writer.number(Math.max(4, last + 1) - 4, 4)
  for (const symbol of ORDER.slice(0, Math.max(4, last + 1))) writer.number(lengths[symbol]! & 7, 3)
  const codes = codesOf(lengths)
  for (const { symbol, extra, bits } of items) {
    writer.code(codes[symbol]!)
    writer.number(extra, bits)
  }
}

/** RFC 1951, section 3.2.2. */
function codesOf(lengths: readonly number[]): Code[] {
  let next = 0
  const codes = lengths.map((length) => ({ code: 0, length }))
  for (let bits = 1; bits <= 15; bits++) {
    for (const code of codes) if (code.length === bits) code.code = next++
    next <<= 1
  }
  return codes
}
