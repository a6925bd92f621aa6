import type { Value } from '../../rows/reader.js'

export type WaitingRow = readonly Value[]

/** Of a row, and of a cell, beside their texts: about what the engine takes. */
const ROW_BYTES = 160
const CELL_BYTES = 16

/** Rows that wait for the row of the same key; several of one key go out in the order in which they came. */
export class WaitingRows {
  readonly #rows = new Map<string, WaitingRow[]>()
  /** About how much memory they take. */
  bytes = 0
  /** How many there are. */
  size = 0

  add(id: string, row: WaitingRow): void {
    const rows = this.#rows.get(id)
    if (rows === undefined) this.#rows.set(id, [row])
    else rows.push(row)
    this.size++
    this.bytes += bytesOf(id, row)
  }

  take(id: string): WaitingRow | undefined {
    const rows = this.#rows.get(id)
    const row = rows?.shift()
    if (rows === undefined || row === undefined) return undefined
    if (rows.length === 0) this.#rows.delete(id)
    this.size--
    this.bytes -= bytesOf(id, row)
    return row
  }

  /** The first keys. */
  keys(most: number): (string | null)[][] {
    const ids: string[] = []
    for (const id of this.#rows.keys()) {
      if (ids.length === most) break
      ids.push(id)
    }
    return ids.map((id) => JSON.parse(id) as (string | null)[])
  }
}

function bytesOf(id: string, row: WaitingRow): number {
  return row.reduce((sum: number, cell) => sum + cellBytes(cell), ROW_BYTES + id.length * 2)
}

function cellBytes(cell: Value): number {
  if (typeof cell === 'string') return CELL_BYTES + cell.length * 2
  if (cell === null || typeof cell !== 'object') return CELL_BYTES
  if (cell instanceof Uint8Array) return 100 + cell.length
  const items = cell instanceof Map ? [...cell].flat() : Object.values(cell)
  return items.reduce((sum: number, item) => sum + cellBytes(item as Value), 4 * CELL_BYTES)
}
