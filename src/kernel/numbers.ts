/**
 * Numbers that the WebAssembly modules and their loader both know. AssemblyScript has its own `const enum` of each;
 * test/kernel/numbers.test.ts compares the two.
 */

import { type CastName, type CastTarget, castType } from '../model/casts.js'
import type { RowFormat } from '../model/formats.js'
import type { CsvOptions, InvalidUtf8, JsonOptions } from '../model/option-types.js'

/**
 * `Format` in assembly/plan.ts. `rows` are rows unchanged: blocks, and msgpack where the plan changes nothing; `watch` is no
 * output of rows at all, `mask` are rows with some cells masked.
 */
export const FORMAT_NUMBERS = {
  rows: 0,
  csv: 1,
  tsv: 2,
  ndjson: 3,
  json: 4,
  msgpack: 5,
  watch: 6,
  mask: 7,
} as const satisfies Record<RowFormat | 'rows' | 'watch' | 'mask', number>

/** `InvalidUtf8` in assembly/plan.ts. */
export const INVALID_UTF8 = { replace: 0, raw: 1, fail: 2 } as const satisfies Record<InvalidUtf8, number>

/** `Special` in assembly/plan.ts: NaN and the infinities in JSON. */
export const SPECIAL = { string: 0, null: 1, error: 2 } as const satisfies Record<
  NonNullable<JsonOptions['special']>,
  number
>

/** `Quoting` in assembly/plan.ts. */
export const QUOTING = { minimal: 0, strings: 1, all: 2 } as const satisfies Record<
  NonNullable<CsvOptions['quote']>,
  number
>

/** `Cast` in assembly/plan.ts. */
export const CASTS = {
  none: 0,
  varchar: 1,
  bigint: 2,
  double: 3,
  boolean: 4,
  date: 5,
  time: 6,
  timestamp: 7,
  decimal: 8,
  json: 9,
  uuid: 10,
} as const satisfies Record<CastName | 'none', number>

/** A cast as the modules take it: of decimals, precision and scale are in the second and third byte. */
export function castNumber(cast: CastTarget | undefined): number {
  if (cast === undefined) return CASTS.none
  const type = castType(cast)
  const number = CASTS[type.kind]
  return type.kind === 'decimal' ? number | (type.precision << 8) | (type.scale << 16) : number
}

/** The name of such a number. */
export function castName(number: number): string {
  const name = nameOf(CASTS, number & 0xff)
  return name === 'decimal' ? `decimal(${(number >> 8) & 0xff},${number >> 16})` : String(name)
}

/** `KeyPart` in assembly/plan.ts: what a watched column is of a key. */
export const KEY_PARTS = { none: 0, some: 1, last: 2 } as const

/** `PARTS` in assembly/watch.ts: hashes of keys are divided by their first byte, so that each part can be looked through in a processor's cache. */
export const HASH_PARTS = 256

/** Numbers of 32 bits that make `HASH` in assembly/watch.ts. */
export const HASH_WORDS = 4

/** `INPUT` in assembly/repeats.ts: hashes that it takes at once. */
export const REPEATS_INPUT = 4096

/** `Mask` in assembly/plan.ts. */
export const MASKS = {
  none: 0,
  hmac: 1,
  redact: 2,
  lastFour: 3,
  nothing: 4,
} as const

/** `CellKind` in assembly/cell-kinds.ts: bits for what the cells of rows are. Of integers the smallest that holds them; -0 is `other`. */
export const CELL_KINDS = {
  nil: 1,
  boolean: 2,
  int16: 4,
  int32: 8,
  int64: 16,
  uint64: 32,
  double: 64,
  text: 128,
  other: 256,
} as const

/** `Status` in assembly/index.ts: what `advance` returns. */
export const STATUS = { needsInput: 0, full: 1, failed: 2, limitReached: 3 } as const

/** `Failed` in assembly/failure.ts: why the kernel stopped. */
export const FAILED = {
  neverUsedByte: 1,
  rowShape: 2,
  rowWidth: 3,
  limitRow: 4,
  limitCell: 5,
  limitDepth: 6,
  limitColumns: 7,
  cast: 8,
  special: 9,
  notUtf8: 10,
  keyDepth: 11,
  readsAsNull: 12,
} as const

/** `Kind` in assembly/columns/tree.ts: what a node of a column holds. Leaves come before groups. */
export const KIND = {
  boolean: 0,
  tinyint: 1,
  smallint: 2,
  integer: 3,
  bigint: 4,
  real: 5,
  double: 6,
  text: 7,
  json: 8,
  binary: 9,
  uuid: 10,
  date: 11,
  time: 12,
  timestamp: 13,
  timestampWithZone: 14,
  decimal32: 15,
  decimal64: 16,
  decimal128: 17,
  list: 18,
  map: 19,
  row: 20,
} as const

/** `ShapeKind` in assembly/shapes.ts: what holds rows that are written as objects. */
export const SHAPES = { list: 1, map: 2, row: 3 } as const

/** `NO_OFFSET` in assembly/columns/host.ts: the zone is unknown, or its clocks skipped that time. */
export const NO_OFFSET = -0x80000000

/** The name of a number of one of these tables. */
export function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  value: number,
): Name | undefined {
  return (Object.keys(table) as Name[]).find((name) => table[name] === value)
}

/** `Status` in assembly/inflate/index.ts: what `inflate` returns. */
export const INFLATE_STATUS = { needsInput: 0, full: 1, failed: 2 } as const

/** `Failure` in assembly/inflate/state.ts: what is wrong with gzip data. */
export const INFLATE_FAILED = {
  magic: 1,
  method: 2,
  flags: 3,
  headerCrc: 4,
  blockType: 5,
  storedLengths: 6,
  tooManySymbols: 7,
  lengthCodes: 8,
  repeatedLength: 9,
  noEndOfBlock: 10,
  literalLengths: 11,
  distanceLengths: 12,
  literalCode: 13,
  distanceCode: 14,
  tooFar: 15,
  crc: 16,
  size: 17,
  trailing: 18,
} as const
