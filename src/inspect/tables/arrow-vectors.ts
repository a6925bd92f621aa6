import { SluiceError } from '../../errors.js'
import { losslessText } from '../../rows/lossless-text.js'
import type { Value } from '../../rows/reader.js'
import type { ArrowField } from './arrow-types.js'

/** A cell of a column by its place in the batch. */
export type ReadCell = (row: number) => Value

/** Description of a batch's columns: their lengths, buffers, and how many buffers each column of views has. */
export interface BatchParts {
  /** Length and NULLs of each field, in depth-first order. */
  readonly nodes: readonly number[]
  readonly buffers: readonly Uint8Array[]
  readonly variadic: readonly number[]
}

/** More rows than a batch has; a damaged number of them would keep a column without buffers busy for days. */
export const MOST_ROWS = 2 ** 31

/** Elements of one cell. */
const MOST_ELEMENTS = 16 * 1024 * 1024

/**
 * Readers of the columns of a batch: https://arrow.apache.org/docs/format/Columnar.html#physical-memory-layout. Texts are valid as
 * long as the buffers are. Whatever lies outside of its buffer throws a `RangeError`.
 */
export class BatchReader {
  readonly #parts: BatchParts
  readonly #dictionaries: ReadonlyMap<number, Dictionary>
  #node = 0
  #buffer = 0
  #variadic = 0

  constructor(parts: BatchParts, dictionaries: ReadonlyMap<number, Dictionary>) {
    this.#parts = parts
    this.#dictionaries = dictionaries
  }

  /** The next column. `rows` is what its length must be, where that is known. */
  column(field: ArrowField, rows?: number): { readonly read: ReadCell; readonly length: number } {
    const length = this.#parts.nodes[2 * this.#node++]
    if (length === undefined || length < 0 || length > MOST_ROWS || (rows !== undefined && length !== rows))
      throw new RangeError(`column ${JSON.stringify(field.name)} has ${length} rows`)
    if (field.layout === 'null') return { read: () => null, length }
    const bitmap = this.#bytes()
    const read = field.dictionary === undefined ? this.#values(field, length) : this.#byIndex(field)
    if (bitmap.length === 0) return { read, length }
    if (bitmap.length * 8 < length) throw new RangeError('a bitmap of NULLs is too short')
    return { read: (row) => ((bitmap[row >> 3]! >> (row & 7)) & 1 ? read(row) : null), length }
  }

  #bytes(): Uint8Array {
    const bytes = this.#parts.buffers[this.#buffer++]
    if (bytes === undefined) throw new RangeError('a batch has too few buffers')
    return bytes
  }

  #view(): DataView {
    const bytes = this.#bytes()
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  #byIndex(field: ArrowField): ReadCell {
    const { id, read, width } = field.dictionary!
    const view = this.#view()
    return (row) => {
      const dictionary = this.#dictionaries.get(id)
      if (dictionary === undefined) throw new RangeError(`there is no dictionary ${id}`)
      return dictionary.at(Number(read(view, row * width)))
    }
  }

  #values(field: ArrowField, length: number): ReadCell {
    const { layout, width, isText } = field
    switch (layout) {
      case 'fixed': {
        const [view, read] = [this.#view(), field.read!]
        return (row) => read(view, row * width)
      }
      case 'bits': {
        const bytes = this.#bytes()
        if (bytes.length * 8 < length) throw new RangeError('a column of booleans is too short')
        return (row) => ((bytes[row >> 3]! >> (row & 7)) & 1) === 1
      }
      case 'offsets': {
        const offsets = offsetsIn(this.#view(), width)
        const bytes = this.#bytes()
        return (row) => slice(bytes, offsets(row), offsets(row + 1), isText)
      }
      case 'views': {
        const view = this.#view()
        const inline = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
        const count = this.#parts.variadic[this.#variadic++] ?? 0
        const buffers = Array.from({ length: count }, () => this.#bytes())
        return (row) => {
          const size = view.getInt32(row * 16, true)
          if (size <= 12) return slice(inline, row * 16 + 4, row * 16 + 4 + size, isText)
          const start = view.getInt32(row * 16 + 12, true)
          const buffer = buffers[view.getInt32(row * 16 + 8, true)]
          if (buffer === undefined) throw new RangeError('a text lies in no buffer')
          return slice(buffer, start, start + size, isText)
        }
      }
      case 'list': {
        const offsets = offsetsIn(this.#view(), width)
        const child = this.column(field.children[0]!)
        const items = (row: number) => elements(child, offsets(row), offsets(row + 1))
        return field.isMap ? (row) => pairsOf(items(row), field.children[0]!) : items
      }
      case 'fixed list': {
        const child = this.column(field.children[0]!)
        return (row) => elements(child, row * width, (row + 1) * width)
      }
      case 'struct': {
        const members = field.children.map(
          (one) => [one.name, nestedReader(one, this.column(one, length).read)] as const,
        )
        return (row) => Object.fromEntries(members.map(([name, read]) => [name, read(row)]))
      }
      case 'null':
        return () => null
      default:
        return layout satisfies never
    }
    function elements(
      { read, length }: { read: ReadCell; length: number },
      from: number,
      to: number,
    ): Value[] {
      if (!(from >= 0 && from <= to && to <= length))
        throw new RangeError('a list lies outside of its elements')
      if (to - from > MOST_ELEMENTS)
        throw new SluiceError(
          'E_LIMIT_CELL',
          `column ${JSON.stringify(field.name)} has a list of ${to - from} elements`,
        )
      const item = nestedReader(field.children[0]!, read)
      return Array.from({ length: to - from }, (_, i) => item(from + i))
    }
  }
}

/** Values inside of others are no units: they are texts with all their digits. */
function nestedReader({ units }: ArrowField, read: ReadCell): ReadCell {
  if (units === undefined) return read
  return (row) => {
    const value = read(row)
    return typeof value === 'bigint' ? units.text(value) : value
  }
}

function pairsOf(items: readonly Value[], { children }: ArrowField): Value {
  const [key, value] = children
  if (key === undefined || value === undefined) throw new RangeError('a map has no keys and values')
  return new Map(
    items.map((item) => {
      const pair = item as Record<string, Value>
      return [pair[key.name]!, pair[value.name] ?? null]
    }),
  )
}

function offsetsIn(view: DataView, width: number): (row: number) => number {
  // An empty column may have no offsets at all.
  if (view.byteLength === 0) return () => 0
  return width === 4
    ? (row) => view.getInt32(row * 4, true)
    : (row) => Number(view.getBigInt64(row * 8, true))
}

function slice(bytes: Uint8Array, from: number, to: number, isText: boolean): string | Uint8Array {
  if (!(from >= 0 && from <= to && to <= bytes.length))
    throw new RangeError('a text lies outside of its buffer')
  return isText ? losslessText(bytes.subarray(from, to)) : bytes.slice(from, to)
}

/** Values that columns refer to by numbers; later messages may add some. */
export class Dictionary {
  #parts: { readonly from: number; readonly read: ReadCell }[] = []
  #length = 0

  add(read: ReadCell, length: number, isDelta: boolean): void {
    if (!isDelta) {
      this.#parts = []
      this.#length = 0
    }
    // One without values would stand before the next one at the same place.
    if (length > 0) this.#parts.push({ from: this.#length, read })
    this.#length += length
  }

  at(index: number): Value {
    if (!(index >= 0 && index < this.#length))
      throw new RangeError(`there is no value ${index} in a dictionary`)
    // The last one that begins at or before it; a stream may add thousands of them.
    let [first, last] = [0, this.#parts.length - 1]
    while (first < last) {
      const middle = Math.ceil((first + last) / 2)
      if (this.#parts[middle]!.from <= index) first = middle
      else last = middle - 1
    }
    const { from, read } = this.#parts[first]!
    return read(index - from)
  }
}
