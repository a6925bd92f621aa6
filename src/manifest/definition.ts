import type { PriorityName } from '../client/index.js'
import { requireObject } from '../errors.js'
import type { CastTarget, TimeForm } from '../model/casts.js'
import type { FORMAT_OPTIONS, OptionName } from '../model/formats.js'
import type { MaskKind } from '../model/masks.js'
import type { AnySinkOptions } from '../model/option-types.js'
import type { QueryType } from '../model/query-type.js'
import type { EarlierFilesRule } from '../sinks/partition/rules.js'
import type { NulRule, TableMode } from '../sinks/tables/options.js'
import type { ParamType } from '../sql/param-types.js'

type Names = readonly string[]
type Scalar = string | number | boolean | null
type TypedParam = { readonly [T in ParamType]?: Scalar | readonly Scalar[] | undefined }
/** A command: a line for the shell, or its arguments. */
type Command = string | Names

type Table = typeof FORMAT_OPTIONS

/** The options of formats, by their names in manifests. */
type FormatSettings = {
  readonly [N in OptionName as Table[N] extends { key: infer K extends string }
    ? K
    : never]?: AnySinkOptions[N]
}

/** Keys of an export, and of `defaults` for all exports; the same as in YAML. */
export interface ExportSettings extends FormatSettings {
  /** Database the query runs in; without one that of `TD_DATABASE`, or of the profile. */
  readonly database?: string | undefined
  /** Values for `:name` in the query, quoted for the engine: texts, numbers, lists, or `{ date: '2026-01-31' }` and other types. */
  readonly params?:
    | Readonly<Record<string, Scalar | TypedParam | readonly (Scalar | TypedParam)[]>>
    | undefined
  /** Only the rows since the last complete start, with `${watermark.from}` and `${watermark.to}` in the query. */
  readonly watermark?:
    | {
        /** The column that grows: a time or a number. */
        readonly column: string
        /** Where the first start begins. */
        readonly initial: string | number
        /**
         * How late rows may arrive: the window ends so long before the scheduled time.
         *
         * @default none
         */
        readonly lag?: string | undefined
      }
    | undefined
  /**
   * Query engine.
   *
   * @default `trino`
   */
  readonly type?: QueryType | undefined
  /** Version of the query engine. */
  readonly engine_version?: string | undefined
  /** A name, or -2 to 2. */
  readonly priority?: PriorityName | number | undefined
  /** How often the server itself tries a failed job again. */
  readonly retry_limit?: number | undefined
  /** Resource pool. */
  readonly pool_name?: string | undefined
  /**
   * Encoding of `query_file`, such as `cp932`.
   *
   * @default UTF-8
   */
  readonly encoding?: string | undefined
  /** Where the server writes the result as well; `@FILE` reads it from a file. */
  readonly result_url?: string | undefined
  /** File, folder or table to write, or several files and folders. The extension tells the format. */
  readonly output?: string | Names | undefined
  /**
   * For a table: what becomes of the rows that are there.
   *
   * @default `append`
   */
  readonly mode?: TableMode | undefined
  /** For `upsert`: the columns that tell rows apart. */
  readonly key?: Names | undefined
  /**
   * For PostgreSQL: what becomes of NUL characters in texts.
   *
   * @default `fail`
   */
  readonly nul?: NulRule | undefined
  /** Such as `csv` or `ndjson.gz`, where the name of the output does not tell. */
  readonly format?: string | undefined
  /** Only these columns, in this order. */
  readonly columns?: Names | undefined
  /** All columns but these. */
  readonly exclude?: Names | undefined
  /** New names of columns: `{ old: 'new' }`. */
  readonly rename?: Readonly<Record<string, string>> | undefined
  /** Other types of columns. */
  readonly cast?: Readonly<Record<string, CastTarget>> | undefined
  /** Casts the column `time`, seconds since 1970, if there is one. */
  readonly time_as?: TimeForm | undefined
  /** Columns whose values are hidden. Those of `defaults` count as well. */
  readonly mask?: Readonly<Record<string, MaskKind | null>> | undefined
  /**
   * File with the key of hashes.
   *
   * @default `TD_SLUICE_MASK_KEY`
   */
  readonly mask_key_file?: string | undefined
  /** Only the first rows. */
  readonly limit?: number | undefined
  /** Columns whose values make folders: `date=2026-01-31/part-0.csv`. */
  readonly partition_by?: Names | undefined
  /** Rows of one file, at most; `output` is then a folder. */
  readonly max_rows_per_file?: number | undefined
  /** Bytes of one file, at most, such as `100MB`; `output` is then a folder. */
  readonly max_bytes_per_file?: string | undefined
  /**
   * Whether `output` is a folder with a receipt, which is there only while all files are.
   *
   * @default false
   */
  readonly receipt?: boolean | undefined
  /**
   * Whether files stay in a folder that an earlier start wrote and this one does not.
   *
   * @default `remove`
   */
  readonly earlier_files?: EarlierFilesRule | undefined
  /** Writes `FILE.sha256` beside the file. */
  readonly checksum?: 'sha256' | undefined
  /** Expectations of the rows; if one fails, nothing is published. */
  readonly expect?:
    | {
        /** How many there are. */
        readonly rows?: {
          /** At least. */
          readonly min?: number | undefined
          /** At most. */
          readonly max?: number | undefined
          /** Against the output before, such as `50%`. */
          readonly max_change?: string | undefined
        }
        /** Columns without NULL. */
        readonly not_null?: Names | undefined
        /** Columns, or several together, without a value that comes again. */
        readonly unique?: readonly (string | Names)[] | undefined
        /** The names of all columns, in order. */
        readonly columns?: Names | undefined
        /** `same`: as that of the output before. */
        readonly schema?: 'same' | undefined
      }
    | undefined
  /**
   * Stop waiting for the job after this long; the next start attaches to it.
   *
   * @default `24h`
   */
  readonly wait_timeout?: string | undefined
  /**
   * How often a failed export is tried again within a run.
   *
   * @default 0
   */
  readonly retries?: number | undefined
  /**
   * Pause before the first retry; it doubles each time, up to 10 minutes.
   *
   * @default `10s`
   */
  readonly retry_delay?: string | undefined
  /**
   * Connections to download with.
   *
   * @default 1 up to 32 MiB, 6 for larger results
   */
  readonly connections?: number | undefined
  /**
   * Folder to download into first: after a crash the download goes on there.
   *
   * @default none
   */
  readonly spool?: string | undefined
  /**
   * Whether rows and bytes must be as many as the job record says.
   *
   * @default true
   */
  readonly verify_count?: boolean | undefined
}

/** One export. */
export interface ExportDefinition extends ExportSettings {
  /** Name in logs, reports and `only`. Unique, and part of the identity of its job. */
  readonly name: string
  /** The SQL; or `query_file`. */
  readonly query?: string | undefined
  /** File with the SQL. */
  readonly query_file?: string | undefined
}

/** A manifest as an object: the same keys as in YAML, and the same placeholders in its texts. */
export interface ManifestDefinition {
  /** Version of this format: 1. */
  readonly version: 1
  /** Account of the jobs. The option `profile` of `connection` and `TD_PROFILE` come before it. */
  readonly profile?: string | undefined
  /** Line for the shell that prints the API key. `TD_API_KEY` comes before it. */
  readonly api_key_command?: string | undefined
  /**
   * Whose clock `schedule` and the placeholders go by.
   *
   * @default `UTC`
   */
  readonly timezone?: string | undefined
  /**
   * The period of which each start is the same run: `hourly`, `daily`, `weekly`, `monthly`, or as `15m`.
   *
   * @default `daily`
   */
  readonly schedule?: string | undefined
  /** Whether a start also does earlier scheduled times that are not complete: of the last 31, or as many as it says. */
  readonly catch_up?: boolean | number | undefined
  /**
   * Exports that run at the same time.
   *
   * @default 4
   */
  readonly concurrency?: number | undefined
  /** Settings of all exports that do not say otherwise. */
  readonly defaults?: ExportSettings | undefined
  /** The exports, begun in this order. */
  readonly exports: readonly ExportDefinition[]
  /** Command to run when all exports are complete. */
  readonly on_success?: Command | undefined
  /** Command to run when one is not. */
  readonly on_failure?: Command | undefined
  /** Command to run when `blocked_after` starts in a row have found one and the same run at work. */
  readonly on_blocked?: Command | undefined
  /**
   * See `on_blocked`.
   *
   * @default 3
   */
  readonly blocked_after?: number | undefined
  /** Environment variables that `query` and paths may hold though their names look like those of secrets. */
  readonly allow_env?: Names | undefined
  /**
   * A hook is stopped after this long.
   *
   * @default `60s`
   */
  readonly hook_timeout?: string | undefined
}

/**
 * A manifest in a program: returned as it is, with its keys completed and checked by the compiler. `runManifest` checks
 * the values and fills in the placeholders.
 *
 * @example
 * const manifest = defineManifest({
 *   version: 1,
 *   defaults: { database: 'sample_datasets' },
 *   exports: [{ name: 'codes', query: 'select code, count(1) as n from www_access group by 1', output: 'out/${date}.csv' }],
 * })
 * await runManifest(manifest, { folder: '/srv/exports', state: 'codes.state.json' })
 * @throws SluiceError `E_USAGE` for what is no object.
 */
export function defineManifest(manifest: ManifestDefinition): ManifestDefinition {
  requireObject(manifest, 'the manifest')
  return manifest
}
