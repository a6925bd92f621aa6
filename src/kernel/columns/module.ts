import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { ZoneOffsets } from '../../rows/time.js'
import { type Imports, instantiate } from '../module.js'
import { nearestDouble } from '../nearest-double.js'
import { NO_OFFSET } from '../numbers.js'
import { castText, jsonText, packJson, packKey } from './json-cells.js'
import { plainDigits } from './plain-digits.js'
import type { ColumnNode } from './tree.js'

/** As in ../module.ts; here, so that only the chunk that writes columns carries it. */
declare const COLUMNS_WASM: string | undefined

/** Exports of the module; each is explained in assembly/columns. Addresses, lengths, nodes and leaves are numbers. */
export interface ColumnExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  open(
    width: number,
    slots: number,
    maxRows: number,
    batchBytes: number,
    lenient: boolean,
    strictUtf8: boolean,
    dictionaryBytes: number,
  ): number
  addLeaf(
    kind: number,
    definition: number,
    repetition: number,
    precision: number,
    scale: number,
    flat: boolean,
  ): number
  addGroup(kind: number, definition: number, repetition: number, children: number): number
  setChild(node: number, index: number, child: number, nameAt: number, nameLength: number): void
  leafOf(node: number): number
  allocate(bytes: number): number
  borrow(bytes: number): number
  roomFor(bytes: number): number
  takeRows(rows: number): number
  batchRows(): number
  finishBatch(): void
  shredColumn(node: number, slot: number, cast: number): number
  takeNulled(): number
  misfitRow(): number
  misfitAt(): number
  misfitIsUtf8(): number
  valueEnd(at: number): number
  replacedTexts(): number
  levelCount(leaf: number): number
  valueCount(leaf: number): number
  storedWidth(leaf: number): number
  encodePlain(leaf: number, prefixed: boolean): void
  encodeIndices(leaf: number, prefixed: boolean): void
  encodeAs(leaf: number, encoding: number, prefixed: boolean): void
  bodyAt(): number
  bodyBytes(): number
  repetitionBytes(): number
  definitionBytes(): number
  pack(at: number, bytes: number): number
  packLz4(at: number, bytes: number): number
  packLz4Block(at: number, bytes: number): number
  packedAt(): number
  openDictionary(leaf: number): void
  closeDictionary(leaf: number): void
  indexValues(leaf: number, from: number, to: number, limit: number): number
  dictionaryAt(leaf: number): number
  dictionaryBytes(leaf: number): number
  dictionaryCount(leaf: number): number
  countSeen(leaf: number): void
  seenOnce(): number
  seenTwice(): number
  hashValues(leaf: number): number
  hashesAt(): number
  beginOrder(): void
  firstUnsorted(leaf: number): number
  clearStatistics(leaf: number): void
  addStatistics(leaf: number, indexed: boolean): void
  pageHasMinMax(): number
  pageMinimumAt(): number
  pageMinimumBytes(): number
  pageMaximumAt(): number
  pageMaximumBytes(): number
  hasMinMax(leaf: number): number
  minimumAt(leaf: number): number
  minimumBytes(leaf: number): number
  maximumAt(leaf: number): number
  maximumBytes(leaf: number): number
  clearArrow(): void
  addArrow(node: number): void
  arrowBodyAt(): number
  arrowBodyBytes(): number
  arrowNodesAt(): number
  arrowNodesBytes(): number
  arrowBuffersAt(): number
  arrowBuffersBytes(): number
}

/** An instance that is to be told of the nodes of its tree. */
interface NewColumns {
  readonly wasm: ColumnExports
  use(nodes: ReadonlyMap<number, ColumnNode>): void
}

let reserved: NewColumns | undefined

/** As `reserveKernel`, for the next instance of this module. @throws SluiceError `E_UNSUPPORTED` */
export function reserveColumns(): void {
  reserved ??= newColumns()
}

/**
 * A fresh instance with its own memory.
 *
 * @param nodes the tree's node behind each address that `addLeaf` and `addGroup` returned
 */
export function instantiateColumns(nodes: ReadonlyMap<number, ColumnNode>): ColumnExports {
  const { wasm, use } = reserved ?? newColumns()
  reserved = undefined
  use(nodes)
  return wasm
}

function newColumns(): NewColumns {
  let nodes: ReadonlyMap<number, ColumnNode> = new Map()
  const zones = new ZoneOffsets()
  const bytesAt = (at: number, length: number) => Buffer.from(wasm.memory.buffer, at, length)
  const lend = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return 0
    const at = wasm.borrow(bytes.length)
    bytesAt(at, bytes.length).set(bytes)
    return at
  }
  const imports: Imports = {
    host: {
      zoneOffset: (at, length, clockSeconds) =>
        zones.offset(bytesAt(at, length).toString('latin1'), clockSeconds) ?? NO_OFFSET,
      plainDigits: (value, at) => bytesAt(at, 400).write(plainDigits(value), 'latin1'),
      parseJson: (node, at, length) => lend(packJson(bytesAt(at, length).toString(), nodes.get(node)!)),
      packKey: (node, at, length) => lend(packKey(bytesAt(at, length).toString(), nodes.get(node)!)),
      jsonText: (at, length) => lend(jsonText(bytesAt(at, length))),
      castText: (at, length) => lend(castText(bytesAt(at, length))),
    },
    cast: { parseDouble: (at, length) => nearestDouble(bytesAt(at, length).toString('latin1')) },
  }
  const moduleBytes = () =>
    typeof COLUMNS_WASM === 'string'
      ? Buffer.from(COLUMNS_WASM, 'base64')
      : readFileSync(new URL('../columns.wasm', import.meta.url))
  const wasm: ColumnExports = instantiate('columns', moduleBytes, imports)
  return {
    wasm,
    use(given) {
      nodes = given
    },
  }
}
