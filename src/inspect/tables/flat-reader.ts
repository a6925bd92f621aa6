/**
 * Reads a FlatBuffer, the encoding of Arrow's metadata: https://flatbuffers.dev/internals. Whatever lies outside of the bytes throws a
 * `RangeError`.
 */
export class FlatTable {
  readonly #view: DataView
  readonly #at: number
  readonly #fields: number
  readonly #fieldBytes: number

  private constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
    this.#fields = at - view.getInt32(at, true)
    this.#fieldBytes = view.getUint16(this.#fields, true)
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  int8(field: number, preset = 0): number {
    const at = this.#place(field)
    return at === undefined ? preset : this.#view.getInt8(at)
  }

  int16(field: number, preset = 0): number {
    const at = this.#place(field)
    return at === undefined ? preset : this.#view.getInt16(at, true)
  }

  int32(field: number, preset = 0): number {
    const at = this.#place(field)
    return at === undefined ? preset : this.#view.getInt32(at, true)
  }

  /** @throws RangeError beyond 2^53 */
  int64(field: number): number {
    const at = this.#place(field)
    return at === undefined ? 0 : safe(this.#view.getBigInt64(at, true))
  }

  table(field: number): FlatTable | undefined {
    const at = this.#place(field)
    return at === undefined ? undefined : new FlatTable(this.#view, at + this.#view.getUint32(at, true))
  }

  tables(field: number): FlatTable[] {
    const { start, count } = this.#vector(field, 4)
    return Array.from({ length: count }, (_, i) => {
      const at = start + 4 * i
      return new FlatTable(this.#view, at + this.#view.getUint32(at, true))
    })
  }

  text(field: number): string {
    const { start, count } = this.#vector(field, 1)
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + start, count).toString()
  }

  /** Numbers of 64 bits of structs, one behind the other; `size` of them make a struct. */
  int64s(field: number, size: number): number[] {
    const { start, count } = this.#vector(field, 8 * size)
    return Array.from({ length: count * size }, (_, i) => safe(this.#view.getBigInt64(start + 8 * i, true)))
  }

  #place(field: number): number | undefined {
    const entry = 4 + 2 * field
    if (entry + 2 > this.#fieldBytes) return undefined
    const offset = this.#view.getUint16(this.#fields + entry, true)
    return offset === 0 ? undefined : this.#at + offset
  }

  #vector(field: number, bytes: number): { start: number; count: number } {
    const at = this.#place(field)
    if (at === undefined) return { start: 0, count: 0 }
    const vector = at + this.#view.getUint32(at, true)
    const count = this.#view.getUint32(vector, true)
    if (count * bytes > this.#view.byteLength - vector - 4)
      throw new RangeError('a list is longer than its message')
    return { start: vector + 4, count }
  }
}

function safe(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
    throw new RangeError(`the number ${value} is out of bounds`)
  return Number(value)
}
