// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import * as z from 'zod'
import { parsePriority } from '../client/index.js'
import { messageOf } from '../errors.js'
import { encodingNamed } from '../files/text.js'
import { parseSize } from '../model/byte-size.js'
import { CAST_FORMS, CAST_NAMES, type CastTarget, isCastTarget, TIME_FORMS } from '../model/casts.js'
import { parseDuration } from '../model/duration.js'
import {
  FORMAT_NAMES,
  type FORMAT_OPTIONS,
  FORMATS,
  OPTION_ROWS,
  type OptionName,
  type OptionRow,
} from '../model/formats.js'
import { MASK_FORMS, MASK_KINDS, type MaskKind, maskProblem } from '../model/masks.js'
import type { AnySinkOptions } from '../model/option-types.js'
import { defaultText, listed } from '../model/option-values.js'
import { suggestion } from '../model/suggest.js'
import { valueProblem } from '../sinks/formats/options.js'
import { formatOf, isNamedEncrypted } from '../sinks/formats/registry.js'
import { EARLIER_FILES_RULES } from '../sinks/partition/rules.js'
import { NUL_RULES, TABLE_MODES } from '../sinks/tables/options.js'
import { PARAM_TYPES } from '../sql/param-types.js'
import { expectSchema } from './expect.js'
import { parseSchedule } from './schedule.js'
import { zoneNamed } from './zone.js'

/** A text that `parse` makes something of; what it throws is the problem. */
function parsed<In extends z.ZodType<string | number | string[]>, Out>(
  type: In,
  parse: (value: z.output<In>) => Out,
) {
  return type.transform((value, context) => {
    try {
      return parse(value)
    } catch (error) {
      context.addIssue(messageOf(error))
      return z.NEVER
    }
  })
}

/** Outputs of one export: each has buffers of its own. */
const MOST_OUTPUTS = 16

const text = z.string().min(1)
const texts = z.array(text).min(1)
const oneName = text.meta({ pattern: '^[^,]+$' })
const names = parsed(z.union([oneName, texts], 'expected a name, or a list of names'), (value): string[] => {
  if (typeof value !== 'string') return value
  if (value.includes(',')) throw new RangeError(`several names are a list: [${value}]`)
  return [value]
})
/** A text of a number and a unit; of a number alone `parse` says what it lacks. */
function quantity(what: string, pattern: string, parse: (text: string) => number) {
  const error = ({ input }: { readonly input?: unknown }) => {
    if (typeof input !== 'number') return `expected a ${what}`
    try {
      return `expected a ${what}, not ${parse(String(input))}`
    } catch (problem) {
      return messageOf(problem)
    }
  }
  return parsed(z.string({ error }).meta({ pattern }), parse)
}

const duration = quantity('duration, such as 5m', '^\\d+(\\.\\d+)?(ms|s|m|h|d)$', parseDuration)
const fileSize = quantity('size, such as 100MB', '^\\d+(\\.\\d+)?([kKMG]?B|[KMG]iB)$', parseSize)
const count = (least: number, most = Number.MAX_SAFE_INTEGER) => z.int().min(least).max(most)

const CAST_PATTERN = CAST_NAMES.map((name) =>
  name === 'decimal' ? 'decimal *\\( *\\d{1,2} *, *\\d{1,2} *\\)' : name,
).join('|')

const castTarget = parsed(z.string().meta({ pattern: `^ *(${CAST_PATTERN}) *$` }), (value): CastTarget => {
  const target = value.replace(/ *([(),]) */g, '$1').trim()
  if (isCastTarget(target)) return target
  throw new RangeError(`columns can be cast to ${CAST_FORMS}`)
})

/** YAML reads `null` as no text. */
const maskKind = z
  .union([z.enum(MASK_KINDS), z.null()], { error: ({ input }) => maskProblem(input) })
  .transform((kind): MaskKind => kind ?? 'null')

const FORMAT_PATTERN = `^(${FORMAT_NAMES.flatMap((name) => FORMATS[name].extensions)
  .map((extension) => inAnyCase(extension.slice(1)))
  .join('|')})(\\.(${inAnyCase('gz')}|${inAnyCase('zst')}))?$`

const format = parsed(z.string().meta({ pattern: FORMAT_PATTERN }), (value) => {
  const found = new RegExp(FORMAT_PATTERN).test(value) ? formatOf(`x.${value}`) : undefined
  if (isNamedEncrypted(value)) throw new RangeError('a format says nothing of encryption: set encrypt_to')
  if (found !== undefined) return { ...found, extension: value.toLowerCase() }
  const meant = suggestion(value, FORMAT_NAMES)
  throw new RangeError(`a format is ${listed(FORMAT_NAMES, 'or')}; .gz or .zst after it compresses${meant}`)
})

/** A pattern of JSON Schema, which has no flags. */
function inAnyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)
}

const PRIORITY_PATTERN = `^\\s*([+-]?[0-2]|(${inAnyCase('very')}[ _-])?(${inAnyCase('low')}|${inAnyCase('high')})|${inAnyCase('norm')}(${inAnyCase('al')})?)\\s*$`

type Table = typeof FORMAT_OPTIONS

/** The keys of options that manifests have, each with the type of its value. */
type FormatKeys = {
  [N in OptionName as Table[N] extends { key: infer K extends string } ? K : never]: z.ZodType<
    NonNullable<AnySinkOptions[N]>
  >
}

/** The options of formats. Whether an export's own format has them is asked when that is known: `resolve.ts`. */
function formatKeys(): FormatKeys {
  const keys = OPTION_ROWS.flatMap(([, row]) => {
    if (row.key === undefined) return []
    const preset = defaultText(row)
    const help = `${row.help[0]!.toUpperCase()}${row.help.slice(1)}.`
    return [
      [row.key, valueType(row).describe(preset === undefined ? help : `${help} Default \`${preset}\`.`)],
    ]
  })
  return Object.fromEntries(keys)
}

function valueType(row: OptionRow): z.ZodType {
  const error = ({ input }: { readonly input?: unknown }) => valueProblem(row, input)
  const type = {
    boolean: () => z.boolean({ error }),
    choice: () => z.enum(row.choices!, { error }),
    integer: () => z.int({ error }),
    delimiter: () => z.string({ error }),
    text: () => z.string({ error }),
    texts: () => z.record(z.string(), z.string()),
    recipients: () => z.union([z.string(), z.array(z.string())], { error }),
    limits: () => z.record(z.string(), z.int()),
  }[row.type]()
  const checked = type.superRefine((value, context) => {
    const problem = valueProblem(row, value)
    if (problem !== undefined) context.addIssue(problem)
  })
  if (row.type === 'delimiter') return checked.meta({ minLength: 1 })
  if (row.type !== 'integer') return checked
  return checked.meta({ minimum: row.least ?? 0, maximum: row.most ?? Number.MAX_SAFE_INTEGER })
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** `{ date: 2026-01-31 }`, and lists such as `{ decimal: ['1.50', '2'] }`. */
const typedParam = z
  .strictObject(Object.fromEntries(PARAM_TYPES.map((type) => [type, z.union([scalar, z.array(scalar)])])))
  .partial()

const paramValue = z.union(
  [scalar, z.array(z.union([scalar, typedParam])), typedParam],
  `expected a text, a number, true, false, null, { date: 2026-01-31 } or another type (${PARAM_TYPES.join(', ')}), or a list`,
)

const params = z.record(z.string(), paramValue)

/** Keys of an export, and of `defaults` for all exports. */
const settings = {
  database: text.describe(
    'Database the query runs in; without one that of `TD_DATABASE`, or of the profile.',
  ),
  params: params.describe(
    'Values for `:name` in the query, quoted for the engine: texts, numbers, lists, or `{ date: 2026-01-31 }` and other types. Those in `defaults` are for the queries that name them.',
  ),
  watermark: z
    .strictObject({
      column: text.describe(
        'The column of times that the query compares with `${watermark.from}` and `${watermark.to}`.',
      ),
      initial: z
        .union(
          [text, count(0, 253_402_214_400)],
          'expected a time, such as 2026-01-31, or seconds since 1970',
        )
        .describe('Where the first window begins: a time, or seconds since 1970.'),
      lag: duration
        .optional()
        .describe(
          'How long rows may arrive late: a window ends this long before the scheduled time. Default `0s`.',
        ),
    })
    .describe(
      'Only the rows since the last complete start: `{ column: time, initial: 2026-01-01, lag: 1h }`, with `${watermark.from}` and `${watermark.to}` in the query.',
    ),
  type: z.enum(['trino', 'presto', 'hive']).describe('Query engine. Default `trino`.'),
  engine_version: text.describe('Version of the query engine.'),
  priority: parsed(
    z.union(
      [z.string().meta({ pattern: PRIORITY_PATTERN }), z.int().meta({ minimum: -2, maximum: 2 })],
      'expected a name or a whole number',
    ),
    parsePriority,
  ).describe('`very-low`, `low`, `normal`, `high`, `very-high`, or -2 to 2.'),
  retry_limit: count(0, 32).describe('How often the server itself tries a failed job again.'),
  pool_name: text.describe('Resource pool.'),
  encoding: parsed(z.string(), encodingNamed).describe(
    'Encoding of `query_file`, such as `cp932`. Default UTF-8, or what its byte order mark says.',
  ),
  result_url: text.describe(
    'Where the server writes the result as well; `@FILE` reads it from a file, beside the manifest.',
  ),
  output: z
    .union([text, texts.max(MOST_OUTPUTS)], 'expected a path, or a list of paths')
    .describe(
      'File to write, relative to the manifest; with `partition_by` or `max_rows_per_file` a folder; or a table: `postgres://user@host/database#table`, `file.duckdb#table`. Folders are made. The extension tells the format. A list, `[a.csv, b.parquet]`, has files or folders that get the same rows and become final together.',
    ),
  mode: z
    .enum(TABLE_MODES)
    .describe(
      'For a table: what becomes of the rows that are there: `append`, `truncate`, `replace` or `upsert`. Default `append`, once for a scheduled time.',
    ),
  key: names.describe('For `upsert`: the columns that tell rows apart.'),
  nul: z
    .enum(NUL_RULES)
    .describe('For PostgreSQL: `strip` leaves NUL characters out of texts. Default `fail`.'),
  format: format.describe(
    `${listed(
      FORMAT_NAMES.map((name) => `\`${name}\``),
      'or',
    )}, perhaps with \`.gz\` or \`.zst\`.`,
  ),
  columns: names.describe('Only these columns, in this order.'),
  exclude: names.describe('All columns but these.'),
  rename: z.record(text, text).describe('New names of columns: `old: new`.'),
  mask: z
    .record(text, maskKind)
    .describe(
      `Columns whose values are hidden: \`email: hmac-sha256\`, of ${MASK_FORMS} ([masks](transforms.md#masks)). Those of \`defaults\` count as well.`,
    ),
  mask_key_file: text.describe(
    'File with the key of hashes, relative to the manifest. Default: `TD_SLUICE_MASK_KEY`.',
  ),
  cast: z.record(text, castTarget).describe(`Other types of columns: \`column: double\`, of ${CAST_FORMS}.`),
  time_as: z
    .enum(TIME_FORMS)
    .describe('Casts the column `time`, seconds since 1970, if there is one: `timestamp`.'),
  limit: count(0).describe('Only the first rows.'),
  partition_by: names.describe(
    'Columns whose values make folders, as Hive has them: `date=2026-01-31/part-0.csv`.',
  ),
  max_rows_per_file: count(1).describe(
    'Rows of one file, at most: `output` is a folder with `part-0.csv`, `part-1.csv` and so on, also without `partition_by`. In `defaults` it is for outputs that are not named as files.',
  ),
  max_bytes_per_file: fileSize.describe(
    'Bytes of one file, at most, such as `100MB`; otherwise as `max_rows_per_file`.',
  ),
  receipt: z
    .boolean()
    .describe(
      'Whether `output` is a folder with `manifest.json`, which is there only while all files are: each with rows, bytes and SHA-256. All that earlier starts wrote in the folder is replaced, those for other times included. Default false.',
    ),
  earlier_files: z
    .enum(EARLIER_FILES_RULES)
    .describe(
      'Whether files stay in a folder of partitions or split files that an earlier start wrote for the same time, or in the same partitions, and this one does not: `remove` or `keep`. Default `remove`.',
    ),
  ...formatKeys(),
  checksum: z
    .enum(['sha256'])
    .describe(
      'Writes `FILE.sha256` beside the file, for `sha256sum -c`; both become final together. For folders there is `receipt`.',
    ),
  expect: expectSchema.describe(
    'Expectations of the rows; if one fails, nothing is published, and the export fails with `E_EXPECTATION` ([expectations](expectations.md)): `rows: { min, max, max_change: 50% }`, `not_null: [a]`, `unique: [a, [b, c]]`, `columns: [a, b]`, `schema: same`. Those of `defaults` count as well, save where an export says the same key.',
  ),
  wait_timeout: duration.describe(
    'Stop waiting for the job after this long; it goes on, and the next start attaches to it. Default `24h`.',
  ),
  retries: count(0, 100).describe(
    'How often a failed export is tried again within a run: with a new job when the job failed, else with the same one. Default 0.',
  ),
  retry_delay: duration.describe(
    'Pause before the first retry; it doubles each time, up to 10 minutes. Default `10s`.',
  ),
  connections: count(1, 32).describe(
    'Connections to download with. Default 1 up to 32 MiB, 6 for larger results.',
  ),
  spool: text.describe(
    'Folder to download into first: after a crash the download goes on there. Default none: it begins anew, on the same job.',
  ),
  verify_count: z
    .boolean()
    .describe('Whether rows and bytes must be as many as the job record says. Default true.'),
}

/** Keys of `defaults`. */
export const defaultsSchema = z.strictObject(settings).partial()

/** One export. */
export const exportSchema = defaultsSchema.extend({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'a name is up to 64 letters, digits, dots, hyphens and underscores')
    .describe('Name in logs, reports and `--only`. Unique, and part of the identity of its job.'),
  query: text.optional().describe('The SQL; or `query_file`.'),
  query_file: text.optional().describe('File with the SQL, relative to the manifest.'),
})

/** Starts that a run blocks before anybody hears of it. */
export const BLOCKED_AFTER = 3

const hook = z.union([text, texts], 'expected a line for the shell, or a list of arguments')

/** A manifest, as it is written: `docs/guides/run.md` shows the same keys. */
export const manifestSchema = z.strictObject({
  version: z.literal(1).describe('Version of this format: 1.'),
  profile: text
    .optional()
    .describe('Account of the jobs, as `--profile` names it, which comes before it, as `TD_PROFILE` does.'),
  api_key_command: text
    .optional()
    .describe(
      'Line for the shell that prints the API key, such as `pass show td`; it runs beside the manifest. `TD_API_KEY` comes before it.',
    ),
  timezone: parsed(z.string(), (name) => {
    try {
      return zoneNamed(name)
    } catch {
      throw new RangeError('there is no such time zone; names are as Asia/Tokyo, Europe/Berlin or UTC')
    }
  })
    .prefault('UTC')
    .describe(
      'Whose clock `schedule` and the placeholders `date` and `scheduled_time` go by. Default `UTC`.',
    ),
  schedule: parsed(
    z.string().meta({ pattern: '^(hourly|daily|weekly|monthly|\\d{1,4}[mh])$' }),
    parseSchedule,
  )
    .prefault('daily')
    .describe(
      '`hourly`, `daily`, `weekly`, `monthly`, or as `15m` or `6h`: the period of which each start is the same run. Default `daily`.',
    ),
  catch_up: z
    .union([z.boolean(), count(1, 1000)], 'expected true, false or a number of scheduled times')
    .default(false)
    .describe(
      'Whether a start also does the exports of earlier scheduled times that are not complete, of the last 31 or as many as it says. Default false.',
    ),
  concurrency: count(1, 16).default(4).describe('Exports that run at the same time. Default 4.'),
  defaults: defaultsSchema.prefault({}).describe('Settings of all exports that do not say otherwise.'),
  exports: z.array(exportSchema).min(1).describe('The exports, begun in this order.'),
  on_success: hook
    .optional()
    .describe('Command to run when all exports are complete: a shell line, or a list of arguments.'),
  on_failure: hook.optional().describe('Command to run when one is not.'),
  on_blocked: hook
    .optional()
    .describe(
      'Command to run when `blocked_after` starts in a row have found one and the same run at work, and again after as many more.',
    ),
  blocked_after: count(1).default(BLOCKED_AFTER).describe('See `on_blocked`. Default 3.'),
  allow_env: names
    .default([])
    .describe(
      'Environment variables that `query` and paths may hold though their names look like those of secrets.',
    ),
  hook_timeout: duration.prefault('60s').describe('A hook is stopped after this long. Default `60s`.'),
})

/** A manifest whose parts are each valid. */
export type Manifest = z.output<typeof manifestSchema>
export type ManifestExport = z.output<typeof exportSchema>
/** A command: a line for the shell, or its arguments. */
export type HookCommand = z.output<typeof hook>
