import { Buffer } from 'node:buffer'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Bytes of rows that are not packed yet, of all partitions together; beyond them the largest piles are packed. */
const RAW_BYTES = 16 * 1024 * 1024

/** Piles begin as small as that, as there may be thousands. */
const FIRST_BYTES = 512

/** Estimated overhead of a pile and its pieces beside their bytes: objects and the allocator. */
const PILE_BYTES = 512
const PIECE_BYTES = 256

const NOTHING = Buffer.alloc(0)

/** Rows of one partition that wait. */
class Pile {
  raw = NOTHING
  used = 0
  readonly packed: Uint8Array[] = []
  packedBytes = 0

  add(row: Uint8Array): void {
    if (this.used + row.length > this.raw.length) {
      const larger = Math.max(this.used + row.length, this.raw.length * 2, FIRST_BYTES)
      const raw = Buffer.allocUnsafeSlow(larger)
      raw.set(this.raw.subarray(0, this.used))
      this.raw = raw
    }
    this.raw.set(row, this.used)
    this.used += row.length
  }

  /** Rows of one table repeat each other: they take a third to a tenth then. */
  pack(): void {
    // A copy, as what zlib returns may be the beginning of 16 KiB.
    const packed = Uint8Array.prototype.slice.call(
      deflateRawSync(this.raw.subarray(0, this.used), { level: 1 }),
    )
    this.packed.push(packed)
    this.packedBytes += packed.length + PIECE_BYTES
    this.raw = NOTHING
    this.used = 0
  }

  get bytes(): number {
    return this.raw.length + this.packedBytes + PILE_BYTES
  }

  *pieces(): Iterable<Uint8Array> {
    for (const packed of this.packed) yield inflateRawSync(packed)
    if (this.used > 0) yield this.raw.subarray(0, this.used)
  }
}

/** Rows of partitions whose file is not open, packed, up to a bound. */
export class HeldRows {
  readonly #mostBytes: number
  readonly #piles = new Map<string, Pile>()
  #bytes = 0
  /** Of piles that are not packed. */
  #rawBytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** The partitions that have rows here, in the order in which their first one came. */
  get partitions(): string[] {
    return [...this.#piles.keys()]
  }

  get isFull(): boolean {
    return this.#bytes > this.#mostBytes
  }

  /** Copies rows. */
  add(partition: string, rows: readonly Uint8Array[]): void {
    let pile = this.#piles.get(partition)
    if (pile === undefined) {
      pile = new Pile()
      this.#piles.set(partition, pile)
      this.#bytes += pile.bytes
    }
    const before = pile.raw.length
    for (const row of rows) pile.add(row)
    this.#bytes += pile.raw.length - before
    this.#rawBytes += pile.raw.length - before
    if (this.#rawBytes > Math.min(RAW_BYTES, this.#mostBytes / 2)) this.#pack()
  }

  /** Packs the largest piles, until half of the room is free again. */
  #pack(): void {
    const enough = this.#rawBytes / 2
    const largest = [...this.#piles.values()].sort((a, b) => b.raw.length - a.raw.length)
    for (const pile of largest) {
      if (this.#rawBytes <= enough) return
      const before = pile.bytes
      this.#rawBytes -= pile.raw.length
      pile.pack()
      this.#bytes += pile.bytes - before
    }
  }

  /** The partition whose rows take most. */
  fullest(): string {
    let found = ''
    let most = 0
    for (const [partition, { bytes }] of this.#piles) {
      if (bytes <= most) continue
      found = partition
      most = bytes
    }
    return found
  }

  /** Gives the rows of a partition away, in pieces of whole rows. */
  take(partition: string): Iterable<Uint8Array> {
    const pile = this.#piles.get(partition)
    if (pile === undefined) return []
    this.#piles.delete(partition)
    this.#bytes -= pile.bytes
    this.#rawBytes -= pile.raw.length
    return pile.pieces()
  }
}
