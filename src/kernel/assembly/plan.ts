// The columns to write: set once by the loader before any data, read by everything else. The loader has the numbers of the
// enums too (src/kernel/numbers.ts), which a test compares.

export const enum Format {
  /** Whole rows unchanged: for `RowBlock`s, and for msgpack when the plan changes nothing. */
  Rows = 0,
  Csv = 1,
  Tsv = 2,
  Ndjson = 3,
  Json = 4,
  Msgpack = 5,
  /** No rows: the hashes of their keys, beside counts. */
  Watch = 6,
  /** Rows unchanged but for masked cells: the columns of the plan. */
  Mask = 7,
}

export const enum InvalidUtf8 {
  Replace = 0,
  Raw = 1,
  Fail = 2,
}

export const enum Special {
  String = 0,
  Null = 1,
  Error = 2,
}

/** Which cells of csv stand in quotes besides those that have to. NULL never does. */
export const enum Quoting {
  Minimal = 0,
  /** Texts, JSON and whatever else is no number or boolean. */
  Strings = 1,
  All = 2,
}

export const enum Cast {
  None = 0,
  Varchar = 1,
  Bigint = 2,
  Double = 3,
  Boolean = 4,
  Date = 5,
  Time = 6,
  Timestamp = 7,
  /** With the precision in the second byte, the scale in the third. */
  Decimal = 8,
  Json = 9,
  Uuid = 10,
}

/** Whether a cast leaves the text of arrays and maps to the encoders. */
// @ts-ignore: decorator
@inline
export function isTextCast(cast: Cast): bool {
  return cast == Cast.Varchar || cast == Cast.Json
}

/** Whether a watched column is part of a key. The columns of a key stand together. */
export const enum KeyPart {
  None = 0,
  Some = 1,
  Last = 2,
}

/** Ways to mask a cell. */
export const enum Mask {
  None = 0,
  Hmac = 1,
  Redact = 2,
  LastFour = 3,
  Nothing = 4,
}

export class Plan {
  static format: Format = Format.Rows
  /** Cells of a row as it comes in. */
  static width: u32 = 0
  /** Columns that go out. */
  static columns: u32 = 0
  /** One {@link PlanColumn} after the other. */
  static table: usize = 0
  /** The address of each column's shape (shapes.ts), four bytes each; 0 where no column has one. */
  static shapes: usize = 0
  /** Every column goes out, in order and without a cast: rows need not be framed before they are encoded. */
  static straight: bool = false
  /** The kinds of cells of unchanged rows are noted. */
  static notesKinds: bool = false
  static invalidUtf8: InvalidUtf8 = InvalidUtf8.Replace
  static special: Special = Special.String
  static quoteIntegers: bool = false
  static escapeFormulas: bool = false
  static crlf: bool = false
  static quoting: Quoting = Quoting.Minimal
  /** Doubles and decimals have a comma for their point. */
  static decimalComma: bool = false
  /** The first byte of the delimiter, which is a tab in tsv. */
  static delimiter: u8 = 0x2c
  static delimiterAt: usize = 0
  static delimiterLength: usize = 1
  /** Bytes of its first character: a text with that one stands in quotes, as the end of a cell may look like a beginning. */
  static delimiterCharacter: usize = 1
  static nullAt: usize = 0
  static nullLength: usize = 0
  /** Numbers and booleans are not simply written: they may read as NULL, get quotes or a comma. */
  static marksScalars: bool = false
}

/** Bounds from the options; all are checked before anything is allocated. */
export class Limit {
  static rowBytes: usize = 0
  static cellBytes: usize = 0
  static depth: u32 = 0
  static columns: u32 = 0
  static rows: u64 = 0
}

/** One column that goes out, as the loader lays it into memory. */
@unmanaged
export class PlanColumn {
  source: u32
  cast: Cast
  /** The bytes before its cell in an object, `{"name":` or `,"name":`. Behind it stand `null` and the next key. */
  keyAt: usize
  keyLength: usize
  /** Its texts are decimals, which are numbers. */
  isDecimal: u32
  /** Of a column that is watched. */
  keyPart: KeyPart
  /** Of a column that is masked. Those come in the order of the row. */
  mask: Mask
}

// @ts-ignore: decorator
@inline
export function planColumn(index: u32): PlanColumn {
  return changetype<PlanColumn>(Plan.table + index * offsetof<PlanColumn>())
}

/** The names of the fields of a column's rows, 0 for none. */
// @ts-ignore: decorator
@inline
export function shapeOf(index: u32): usize {
  return Plan.shapes ? load<usize>(Plan.shapes + index * 4) : 0
}
