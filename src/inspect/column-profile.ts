import { toJson } from '../rows/json.js'
import type { Value } from '../rows/reader.js'
import { Hash } from './hash.js'
import { Histogram } from './histogram.js'
import { HyperLogLog } from './hyperloglog.js'
import type { ColumnHistogram, ColumnSummary, ValueKind } from './inspection.js'
import type { Units } from './parquet-values.js'
import { TopCounter } from './top-values.js'

const BARS = 16
/** Longest minimum or maximum that is kept, in characters. */
const LONGEST_TEXT = 200

/** A prefix that tells values of different kinds apart that look alike, such as 1 and '1'. */
const SEED = { number: 1, bigint: 2, text: 3, boolean: 4, time: 5, binary: 6, nested: 7 } as const

/** Learns about one column, cell by cell, in memory that does not grow with their number. */
export class ColumnProfile {
  readonly name: string
  readonly type: string
  readonly #units: Units | undefined
  readonly #distinct = new HyperLogLog()
  readonly #hash = new Hash()
  readonly #values = new Histogram()
  readonly #lengths = new Histogram()
  readonly #kinds: Record<ValueKind, number> = {
    boolean: 0,
    number: 0,
    text: 0,
    time: 0,
    binary: 0,
    nested: 0,
  }
  #nulls = 0
  #special = 0
  #trues = 0
  /** Of numbers, times in milliseconds, and booleans; integers that a number cannot hold are apart. */
  #least = Number.POSITIVE_INFINITY
  #most = Number.NEGATIVE_INFINITY
  #leastBig: bigint | undefined
  #mostBig: bigint | undefined
  #first: string | undefined
  #last: string | undefined
  /** The text before, since texts often repeat. */
  #before: string | undefined

  readonly #top: TopCounter | undefined
  readonly #mostTop: number

  /**
   * @param units what the bigints of this column count, where they are no values themselves
   * @param topValues how many of the commonest values to tell
   */
  constructor(name: string, type: string, units?: Units, topValues = 0) {
    this.name = name
    this.type = type
    this.#units = units
    this.#mostTop = topValues
    if (topValues > 0) this.#top = new TopCounter()
  }

  /** Takes the cells of this column out of rows: a loop over one column stays with one kind of value. */
  addRows(rows: readonly (readonly Value[])[], at: number): void {
    for (let i = 0; i < rows.length; i++) this.add(rows[i]![at]!)
  }

  /** As many cells that are NULL. */
  addNulls(count: number): void {
    this.#nulls += count
  }

  add(value: Value): void {
    if (value !== null) this.#top?.add(value)
    if (value === null) this.#nulls++
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'boolean') this.#boolean(value)
    else if (typeof value === 'bigint') this.#bigint(value)
    else if (value instanceof Date) this.#time(value)
    else if (value instanceof Uint8Array) this.#binary(value)
    else this.#nested(value)
  }

  summary(): ColumnSummary {
    const kinds = Object.entries(this.#kinds).filter(([, count]) => count > 0)
    const commonest = kinds.reduce((most, kind) => (kind[1] > most[1] ? kind : most), ['', 0])[0]
    const cells = kinds.reduce((sum, [, count]) => sum + count, 0)
    const [min, max] = this.#extremes(commonest as ValueKind | '')
    return {
      name: this.name,
      type: this.type,
      nulls: this.#nulls,
      kinds: Object.fromEntries(kinds),
      // An estimate may be above what there can be.
      distinct: Math.min(Math.round(this.#distinct.estimate()), cells),
      min,
      max,
      special: this.#special,
      histogram: this.#histogram(commonest as ValueKind | ''),
      ...(this.#top && { top: this.#top.top(this.#mostTop, this.#units?.text) }),
    }
  }

  #number(value: number): void {
    this.#kinds.number++
    this.#hash.number(value, SEED.number)
    this.#distinct.add(this.#hash.high, this.#hash.low)
    if (Number.isFinite(value)) this.#place(value)
    else this.#special++
  }

  #place(value: number): void {
    if (value < this.#least) this.#least = value
    if (value > this.#most) this.#most = value
    this.#values.add(value)
  }

  #bigint(value: bigint): void {
    this.#kinds[this.#units?.kind ?? 'number']++
    this.#hash.text(value.toString(), SEED.bigint)
    this.#distinct.add(this.#hash.high, this.#hash.low)
    if (this.#leastBig === undefined || value < this.#leastBig) this.#leastBig = value
    if (this.#mostBig === undefined || value > this.#mostBig) this.#mostBig = value
    this.#values.add(this.#units?.size(value) ?? Number(value))
  }

  #boolean(value: boolean): void {
    this.#kinds.boolean++
    if (value) this.#trues++
    this.#hash.number(Number(value), SEED.boolean)
    this.#distinct.add(this.#hash.high, this.#hash.low)
  }

  #text(value: string): void {
    this.#kinds.text++
    this.#lengths.add(value.length)
    if (value === this.#before) return
    this.#before = value
    this.#hash.text(value, SEED.text)
    this.#distinct.add(this.#hash.high, this.#hash.low)
    if (this.#first === undefined || value < this.#first) this.#first = value
    if (this.#last === undefined || value > this.#last) this.#last = value
  }

  #time(value: Date): void {
    this.#kinds.time++
    this.#hash.number(value.getTime(), SEED.time)
    this.#distinct.add(this.#hash.high, this.#hash.low)
    if (Number.isNaN(value.getTime())) this.#special++
    else this.#place(value.getTime())
  }

  #binary(value: Uint8Array): void {
    this.#kinds.binary++
    this.#lengths.add(value.byteLength)
    this.#hash.text(
      Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'),
      SEED.binary,
    )
    this.#distinct.add(this.#hash.high, this.#hash.low)
  }

  #nested(value: Value): void {
    this.#kinds.nested++
    this.#hash.text(toJson(value), SEED.nested)
    this.#distinct.add(this.#hash.high, this.#hash.low)
  }

  #extremes(kind: ValueKind | ''): [ColumnSummary['min'], ColumnSummary['max']] {
    if (this.#units !== undefined && this.#leastBig !== undefined)
      return [this.#units.text(this.#leastBig), this.#units.text(this.#mostBig!)]
    if (kind === 'text') return [cut(this.#first!), cut(this.#last!)]
    if (kind === 'boolean') return [this.#trues === this.#kinds.boolean, this.#trues > 0]
    if (kind === 'number') {
      return [this.#extreme(this.#least, this.#leastBig, -1), this.#extreme(this.#most, this.#mostBig, 1)]
    }
    if (kind === 'time' && this.#most >= this.#least) {
      return [new Date(this.#least).toISOString(), new Date(this.#most).toISOString()]
    }
    return [null, null]
  }

  /** The more extreme of a number and of an integer that is none; `sign` says in which direction. */
  #extreme(value: number, big: bigint | undefined, sign: number): number | bigint | null {
    if (!Number.isFinite(value)) return big ?? null
    return big !== undefined && (sign < 0 ? big < value : big > value) ? big : value
  }

  #histogram(kind: ValueKind | ''): ColumnHistogram | null {
    if (kind === 'boolean') {
      const counts = [this.#kinds.boolean - this.#trues, this.#trues]
      return counts.includes(0) ? null : { of: 'value', from: 0, to: 1, counts }
    }
    const isLength = kind === 'text' || kind === 'binary'
    const bars = (isLength ? this.#lengths : this.#values).bars(BARS)
    return bars === undefined ? null : { of: isLength ? 'length' : 'value', ...bars }
  }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text
}
