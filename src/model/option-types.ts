import type { FORMAT_OPTIONS, Format, OptionName, RowFormat } from './formats.js'

import type { Limits } from './limits.js'

type Table = typeof FORMAT_OPTIONS

/** The type of an option's value in the format `F`, or in any. */
type ValueOf<Row, F> = Row extends { choicesIn: { readonly [K in F & string]: readonly (infer C)[] } }
  ? C
  : Row extends { choices: readonly (infer C)[] }
    ? C
    : Row extends { type: 'boolean' }
      ? boolean
      : Row extends { type: 'integer' }
        ? number
        : Row extends { type: 'texts' }
          ? Readonly<Record<string, string>>
          : Row extends { type: 'recipients' }
            ? string | readonly string[]
            : Row extends { type: 'limits' }
              ? Partial<Limits>
              : string

/** Through `Pick` and a mapped type over its keys, so that editors and typedoc show the comments of the table. */
type Values<Rows, F = 'any'> = { -readonly [N in keyof Rows]?: ValueOf<Rows[N], F> }

type NamesOf<F extends Format, IsOfFile extends boolean> = {
  [N in OptionName]: F extends Table[N]['formats'][number]
    ? (Table[N] extends { isOfFile: true } ? true : false) extends IsOfFile
      ? N
      : never
    : never
}[OptionName]

/** The options of the encoder of a format. */
export type OptionsOf<F extends Format> = Values<Pick<Table, NamesOf<F, false>>, F>

/** The options of a file of a format. */
export type FileOptionsOf<F extends Format> = Values<Pick<Table, NamesOf<F, true>>, F>

/** Options of a sink besides those of its format. */
export interface OutputOptions extends FileOptionsOf<RowFormat> {}

/** The options of all formats together; a sink refuses those that its format does not have. */
export interface AnySinkOptions extends Values<Table> {}

/** What to do with text that is not valid UTF-8: put U+FFFD and count it, write the raw bytes, or fail with `E_UTF8`. */
export type InvalidUtf8 = NonNullable<AnySinkOptions['invalidUtf8']>

/** Encoding of a text format. */
export type OutputEncoding = NonNullable<AnySinkOptions['outputEncoding']>

/** Options every row format has; msgpack writes invalid texts `raw` and takes nothing else. */
export interface EncodeOptions extends Values<Pick<Table, 'invalidUtf8' | 'limits'>> {}

/** Options of {@link csv}. */
export interface CsvOptions extends OptionsOf<'csv'> {}

/** Options of {@link tsv}, which has no delimiter: tab, newline and backslash in a text are `\t`, `\n` and `\\`. */
export interface TsvOptions extends OptionsOf<'tsv'> {}

/** Options of {@link ndjson} and {@link json}. */
export interface JsonOptions extends OptionsOf<'json'> {}

/** Options of {@link msgpack}. */
export interface MsgpackOptions extends OptionsOf<'msgpack'> {}

/** Options of {@link parquet}. */
export interface ParquetOptions extends OptionsOf<'parquet'> {}

/** Options of a Parquet file besides those of its encoder. */
export interface ParquetFileOptions extends FileOptionsOf<'parquet'> {}

/** A reader of Parquet files. */
export type ParquetProfile = NonNullable<ParquetOptions['profile']>

/** How the pages of a Parquet file are compressed. */
export type ParquetCodec = NonNullable<ParquetOptions['codec']>

/** Options of {@link arrow} and {@link arrows}. */
export interface ArrowOptions extends OptionsOf<'arrow'> {}

/** Options of an Arrow file or stream besides those of its encoder. */
export interface ArrowFileOptions extends FileOptionsOf<'arrow'> {}

/** A row format with its options: what an encoder is made from. */
export type EncodeSpec = { [F in RowFormat]: { readonly format: F } & OptionsOf<F> }[RowFormat]
