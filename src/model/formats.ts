import type { Limits } from './limits.js'

/** The text formats and msgpack, which the kernel encodes row by row. */
export type RowFormat = 'csv' | 'tsv' | 'ndjson' | 'json' | 'msgpack'

/** What to do with text that is not valid UTF-8: put U+FFFD and count it, pass the bytes on, or fail with `E_UTF8`. */
export type InvalidUtf8 = 'replace' | 'raw' | 'fail'

/** Options every row format takes. */
export interface EncodeOptions {
  /** Default `replace`. */
  invalidUtf8?: InvalidUtf8
  limits?: Partial<Limits>
}

export interface CsvOptions extends EncodeOptions {
  /** First line with the column names. Default true. */
  header?: boolean
  /** The text for NULL. Default empty for csv (the empty string is then `""`), `\N` for tsv. */
  null?: string
  /** One ASCII character between cells. Default `,`; tsv always uses a tab. */
  delimiter?: string
  /** Start with a UTF-8 byte order mark, as Excel wants. Default false. */
  bom?: boolean
  /** End lines with CR LF. Default false: LF. */
  crlf?: boolean
  /**
   * Put `'` before texts that a spreadsheet would take for a formula: those that start with `=`, `+`, `-`, `@`,
   * tab or carriage return. Texts only, never numbers. Default false.
   */
  escapeFormulas?: boolean
}

/** TSV has no delimiter option: tab, newline and backslash in a text are written as `\t`, `\n` and `\\`. */
export type TsvOptions = Omit<CsvOptions, 'delimiter'>

export interface JsonOptions extends EncodeOptions {
  /** NaN and the infinities, which JSON lacks: as a string (default), as `null`, or fail with `E_TYPE`. */
  special?: 'string' | 'null' | 'error'
  /** Integers beyond 2^53: as plain exact digits (default `number`), or quoted. */
  int64?: 'number' | 'string'
}

export type MsgpackOptions = EncodeOptions

/** A format with its options: what an encoder is made from. */
export type EncodeSpec =
  | ({ readonly format: 'csv' } & CsvOptions)
  | ({ readonly format: 'tsv' } & TsvOptions)
  | ({ readonly format: 'ndjson' | 'json' } & JsonOptions)
  | ({ readonly format: 'msgpack' } & MsgpackOptions)
