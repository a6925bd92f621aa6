// The kernel: msgpack rows in, bytes of a file format out, without leaving WebAssembly for anything but room.
//
//   bytes of the result                              pieces of the output
//          |                                                  ^
//       input (buffers.ts) ---> a row --- cell by cell ---> output (buffers.ts)
//                                 |
//          delimited.ts  objects.ts  packed.ts       one file a format: its hot loop, and its careful way
//          watch.ts      NULLs, and hashes of keys in the place of rows
//          repeats.ts    which of these hashes come again, once all rows were read
//          masks.ts      rows with masked cells   hmac.ts sha256.ts  four hashes at once
//          cell-kinds.ts kinds of the values in rows that pass unchanged
//          frame.ts      where a row ends, and whether it is one: lengths, depth, width, limits
//          rows.ts       what the formats share       cast.ts      a value into a value of another type
//          json.ts       arrays and maps, mostly
//          text.ts       any value as text or JSON    long-text.ts texts longer than the scratch (scratch.ts)
//          cell-text.ts  quoting of csv, tsv          formulas.ts  what spreadsheets would run
//          escape.ts     escapes of JSON                spread.ts    a byte more before some of 16
//          plain.ts      copying what needs neither   utf8.ts      checking and repairing
//          integers.ts   doubles.ts   decimal-text.ts powers.ts
//          timestamps.ts base64.ts
//          levels.ts     what is open in a text       shapes.ts    names of the fields of rows
//          hints.ts      what the last rows were like
//          tokens.ts     the bytes of msgpack         plan.ts      what to write: set once
//          memory.ts     the allocator                failure.ts   what went wrong
//
// columns/ is a module of its own, for Parquet, which shares the small files below text.ts.
//
// A row is written in one of two ways. The hot loop of its format takes it straight from the input, checking and
// writing at once; it gives up before the row at anything unusual, the end of the input included. Then frame.ts looks
// at the row, as often as more input comes but at each byte once, until it is complete or wrong. A complete row is
// written the careful way, which knows where its cells are, can stop anywhere when the output is full, and can fail
// with a reason. So a row counts as read once it is complete; an error is the same whatever the chunks are; and only
// a row longer than a whole piece of output ever leaves in parts. Plans that select, reorder or cast go the careful
// way for every row.
//
// The loader (src/kernel/instance.ts) calls `configure`, writes the plan into the memory, calls `open`; then for each
// piece of input `reserve`, a copy into the memory, and `advance` until it asks for input.

import { Input, Output, makeRoom, openInput, openOutput } from './buffers'
import { noteCellKinds, openCellKinds, takeCellKinds } from './cell-kinds'
import { openDelimited, putDelimitedRow, putDelimitedRows } from './delimited'
import { Failure } from './failure'
import { Frame, Framed, beginFrame, frameRow, openFrame } from './frame'
import { openHints } from './hints'
import { setKey } from './hmac'
import { putMaskedRow, putMaskedRows } from './masks'
import { allocate, releaseAll } from './memory'
import { putObjectRow, putObjectRows } from './objects'
import { putPackedRow } from './packed'
import { Format, InvalidUtf8, Limit, Plan, Quoting, Special } from './plan'
import { beginRepeats, countRepeats } from './repeats'
import { Row, Rows, Written, beginRow } from './rows'
import { openScratch } from './scratch'
import { openTables } from './tables'
import { openText } from './text'
import { Text } from './text-state'
import { hashEnds, nullsIn, openWatch, putHashes, putUsualHashes, sortHashes, unhashedIn } from './watch'

export { allocate, beginRepeats, countRepeats, hashEnds, setKey, sortHashes, takeCellKinds }

/** Results of `advance`. The loader knows the same numbers. */
const enum Status {
  NeedsInput = 0,
  /** Take the output, call `clearOutput`, then `advance` again. */
  Full = 1,
  Failed = 2,
  /** As many rows as the plan wants are written. */
  LimitReached = 3,
}

/** For unchanged rows: size at which a block is handed over, in bytes. */
const BLOCK: usize = 256 * 1024

/** A row is complete and on its way out. */
let writing = false

/** Starts afresh. The loader then allocates the plan's tables and calls `configurePlan` and `open`. */
export function configure(
  format: Format,
  invalidUtf8: InvalidUtf8,
  special: Special,
  quoteIntegers: bool,
  escapeFormulas: bool,
  crlf: bool,
  quoting: Quoting,
  decimalComma: bool,
): void {
  releaseAll()
  Plan.format = format
  Plan.invalidUtf8 = invalidUtf8
  Plan.special = special
  Plan.quoteIntegers = quoteIntegers
  Plan.escapeFormulas = escapeFormulas
  Plan.crlf = crlf
  Plan.quoting = quoting
  Plan.decimalComma = decimalComma
}

/** `rows` may be Infinity. */
export function configureLimits(rowBytes: u32, cellBytes: u32, depth: u32, columns: u32, rows: f64): void {
  Limit.rowBytes = rowBytes
  Limit.cellBytes = cellBytes
  Limit.depth = depth
  Limit.columns = columns
  Limit.rows = rows == Infinity ? u64.MAX_VALUE : <u64>rows
}

export function configurePlan(
  width: u32,
  columns: u32,
  table: usize,
  shapes: usize,
  straight: bool,
  nullAt: usize,
  nullLength: usize,
  nullIsScalar: bool,
  notesKinds: bool,
): void {
  Plan.width = width
  Plan.notesKinds = notesKinds
  Plan.columns = columns
  Plan.table = table
  Plan.shapes = shapes
  Plan.marksScalars = nullIsScalar || Plan.decimalComma || Plan.quoting == Quoting.All
  // The hot loops do not compare short lengths with the limit, and take the last delimiter back.
  Plan.straight = straight && width > 0 && width < 0x10000 && Limit.cellBytes >= 255 && !Plan.marksScalars
  Plan.nullAt = nullAt
  Plan.nullLength = nullLength
}

/** For csv and tsv. `character` is the length of the first character. */
export function configureDelimiter(at: usize, bytes: usize, character: usize): void {
  Plan.delimiter = load<u8>(at)
  Plan.delimiterAt = at
  Plan.delimiterLength = bytes
  Plan.delimiterCharacter = character
}

/**
 * Lays out the memory behind the tables: pieces of output of `output` bytes, of which the last `reserve` are kept for
 * what is written without looking, and at first `input` bytes of input.
 */
export function open(output: usize, reserve: usize, input: usize): void {
  openTables()
  openHints()
  openDelimited()
  openFrame()
  openText()
  openScratch()
  openWatch(output)
  openCellKinds()
  openOutput(output, reserve)
  openInput(input)
  Rows.done = 0
  Text.replaced = 0
  writing = false
}

/** Where to put `bytes` bytes of input; 0 when there is no memory for them. `advance` is told of them. */
export function reserve(bytes: usize): usize {
  const moved = makeRoom(bytes)
  if (moved < 0) return 0
  Frame.at -= <usize>moved
  return Input.end
}

/** Goes on with `bytes` more bytes of input, or with what is there. */
export function advance(bytes: usize): Status {
  Input.end += bytes
  while (true) {
    if (!writing) {
      if (Rows.done >= Limit.rows) return Status.LimitReached
      if (!Frame.open) {
        if (Plan.straight) putRows()
        if (Plan.format != Format.Rows) Input.keep = Input.row
        if (Rows.done >= Limit.rows) return Status.LimitReached
        if (Input.row == Input.end) return Status.NeedsInput
        beginFrame()
      }
      const framed = frameRow()
      if (framed == Framed.NeedsInput) return Status.NeedsInput
      if (framed == Framed.Failed) return Status.Failed
      if (Plan.format == Format.Rows) {
        if (Plan.notesKinds) noteCellKinds()
        Input.row = Frame.at
        Rows.done += 1
        if (Input.row - Input.keep >= BLOCK) return Status.Full
        continue
      }
      beginRow()
      writing = true
    }
    const written = putRow()
    if (written == Written.Failed) {
      Output.at = Row.output
      return Status.Failed
    }
    if (written == Written.Full) {
      // Whole rows leave first; this one begins again in an empty output, and leaves in parts only if it must.
      if (Row.output > Output.start) {
        Output.at = Row.output
        Text.replaced = Row.replaced
      }
      return Status.Full
    }
    writing = false
    Rows.done += 1
    Input.row = Frame.at
    Input.keep = Input.row
  }
}

function putRows(): void {
  switch (Plan.format) {
    case Format.Csv:
    case Format.Tsv:
      putDelimitedRows()
      break
    case Format.Ndjson:
    case Format.Json:
      putObjectRows()
      break
    case Format.Watch:
      putUsualHashes()
      break
    case Format.Mask:
      putMaskedRows()
      break
  }
}

function putRow(): Written {
  switch (Plan.format) {
    case Format.Csv:
    case Format.Tsv:
      return putDelimitedRow()
    case Format.Ndjson:
    case Format.Json:
      return putObjectRow()
    case Format.Watch:
      return putHashes()
    case Format.Mask:
      return putMaskedRow()
    default:
      return putPackedRow()
  }
}

export function outputAt(): usize {
  return Plan.format == Format.Rows ? Input.keep : Output.start
}

/** Bytes that may be taken now. */
export function outputLength(): usize {
  return Plan.format == Format.Rows ? Input.row - Input.keep : Output.at - Output.start
}

/** The output was taken. */
export function clearOutput(): void {
  if (Plan.format == Format.Rows) {
    Input.keep = Input.row
    return
  }
  Output.at = Output.start
  if (writing) {
    if (Row.output > Output.start) beginRow()
    Row.output = Output.start
  }
}

/** Bytes of a row that is not complete. */
export function pendingBytes(): usize {
  return Input.end - Input.row
}

export function rowsDone(): f64 {
  return <f64>Rows.done
}

export function replacedTexts(): f64 {
  return <f64>Text.replaced
}

/** NULLs of a watched column, in rows that are done. */
export function watchedNulls(column: u32): f64 {
  return <f64>nullsIn(column)
}

/** Its cells that have no hash, though they are part of a key. */
export function watchedUnhashed(column: u32): f64 {
  return <f64>unhashedIn(column)
}

/** The reason for `Status.Failed`; see {@link Failure}. */
export function failureKind(): i32 {
  return Failure.kind
}

export function failureColumn(): i32 {
  return Failure.column
}

export function failureGot(): f64 {
  return <f64>Failure.got
}

export function failureTextAt(): usize {
  return Failure.textAt
}

export function failureTextLength(): usize {
  return Failure.textLength
}
