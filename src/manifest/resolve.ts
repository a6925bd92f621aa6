import { resolve } from 'node:path'
import { messageOf, type SluiceError } from '../errors.js'
import { readKeyFile } from '../files/key-file.js'
import { readTextFileSync } from '../files/text.js'
import { HERE, requireLocalPath } from '../files/url-text.js'
import { AGE_ENDING } from '../model/age-recipient.js'
import { DAY_MS } from '../model/duration.js'
import { type Compression, type Format, OPTION_ROWS } from '../model/formats.js'
import { MASK_KEY_VARIABLE } from '../model/masks.js'
import type { AnySinkOptions } from '../model/option-types.js'
import { hasOption } from '../model/option-values.js'
import type { QueryType } from '../model/query-type.js'
import { looksLikeTarget, targetProblem } from '../secrets/export-target.js'
import { optionProblems } from '../sinks/formats/options.js'
import { compressionOf, extensionOf, formatOf } from '../sinks/formats/registry.js'
import { type TableDestination, tableDestination } from '../sinks/tables/destination.js'
import { namedTable } from '../sinks/tables/named-table.js'
import { encryptedNameProblem } from '../sinks/targets/encrypted.js'
import { targetOf } from '../sinks/targets/index.js'
import { fillParams } from '../sql/params.js'
import { isEmptySql } from '../sql/tokens.js'
import type { SqlValue } from '../sql/value.js'
import { needsKey } from '../transforms/mask.js'
import { MaskKey, maskKeyOf } from '../transforms/mask-key.js'
import { type PlanEdits, planEdits } from '../transforms/plan-edits.js'
import type { Environment } from './environment.js'
import { expectationsOf } from './expect.js'
import { paramOf } from './params.js'
import type { ParsedManifest } from './parse.js'
import type { PlannedExport, Watermark } from './planned-export.js'
import type { Path, Problem } from './problems.js'
import type { Purpose } from './safe-value.js'
import { parseTime, type RepeatedPeriods } from './schedule.js'
import type { ManifestExport } from './schema.js'
import type { Window } from './state-file.js'
import { placeholderIn, substitute, type TemplateProblem, type Variables } from './template.js'
import { isoTime, utcTime } from './time-text.js'
import { namesColumn } from './watermark.js'
import { assertWritable, type FileWriting, type TableWriting, type Writing } from './writing.js'

export interface ResolveContext {
  readonly parsed: ParsedManifest
  /** The manifest's folder; paths are relative to it. */
  readonly folder: string
  readonly scheduledTime: number
  readonly env: Environment
  readonly endpoint: string
  /** Of the exports that name none. */
  readonly database: string | undefined
  /** Periods of the schedule that one file name could stand for. */
  readonly repeated: readonly RepeatedPeriods[]
  /** Collects the problems found. */
  readonly problems: Problem[]
}

export type ResolvedExport = Omit<PlannedExport, 'name' | 'jobHash' | 'writingHash'>

/** The settings that have placeholders. */
const TEMPLATES: readonly string[] = [
  'query',
  'query_file',
  'params',
  'output',
  'database',
  'engine_version',
  'pool_name',
  'result_url',
  'spool',
  'mask_key_file',
]

/** Stands for a wrong one, of which a problem tells, so that nothing else seems wrong. */
const STAND_IN_KEY = new MaskKey('stands for another')

/** Stands for one that is wrong, of which a problem tells. */
const NO_TABLE: TableDestination = {
  database: 'postgres',
  name: '',
  table: '',
  connection: undefined,
  file: undefined,
}

/** One of the outputs, as it is written in the manifest. */
interface OutputPlace {
  /** Its setting. */
  readonly at: Path
  readonly template: string | undefined
  readonly purpose: Purpose
}

/** A file or folder, as far as its name and the settings tell. */
interface NamedFile {
  readonly at: Path
  readonly output: string
  readonly isFolder: boolean
  readonly named: ReturnType<typeof formatOf> | ManifestExport['format']
  readonly format: Format
  readonly compression: Compression
}

/** Fills in the `i`th export; to be used only when no problem was found. */
export function resolveExport(i: number, context: ResolveContext): ResolvedExport {
  return new ExportResolver(i, context).resolve()
}

class ExportResolver {
  readonly #i: number
  readonly #context: ResolveContext
  /** Its own, and those of `defaults` that it does not have. */
  readonly #settings: ManifestExport
  /** Those that were read. */
  readonly #files: string[] = []
  /** The text of the query's file, read once for all windows. */
  #queryText: string | undefined
  readonly #window: Window | undefined

  constructor(i: number, context: ResolveContext, queryText?: string, window?: Window) {
    const { defaults, exports } = context.parsed.manifest
    this.#i = i
    this.#context = context
    this.#settings = { ...defaults, ...exports[i]! }
    this.#queryText = queryText
    this.#window = window ?? this.#firstWindow()
  }

  resolve(): ResolvedExport {
    const { name, type = 'trino', priority, retry_limit: retryLimit } = this.#settings
    this.#refusePlaceholders()
    const { scheduledTime, endpoint } = this.#context
    const { defaults, exports } = this.#context.parsed.manifest
    const database = this.#text('database', { kind: 'name' }) ?? this.#context.database ?? ''
    if (database === '')
      this.#problem([], 'there is no database: set database, defaults.database or TD_DATABASE')
    return {
      job: {
        name,
        scheduledTime,
        endpoint,
        type,
        database,
        sql: this.#sql(),
        engineVersion: this.#text('engine_version', { kind: 'name' }),
        resultUrl: this.#resultUrl(),
        priority,
        retryLimit,
        poolName: this.#text('pool_name', { kind: 'name' }),
      },
      writing: this.#writing(),
      watermark: this.#watermark(),
      waitTimeoutMs: this.#settings.wait_timeout ?? DAY_MS,
      retries: this.#settings.retries ?? 0,
      retryDelayMs: this.#settings.retry_delay ?? 10_000,
      connections: this.#settings.connections,
      spool: this.#spool(),
      files: this.#files,
      verifyCount: this.#settings.verify_count ?? true,
      expect: expectationsOf(defaults.expect, exports[this.#i]!.expect),
    }
  }

  /** Where none is filled in, it would go out as it stands: as a column's name, as the text for NULL. */
  #refusePlaceholders(): void {
    for (const [key, value] of Object.entries(this.#settings)) {
      const part = TEMPLATES.includes(key) ? undefined : placeholderIn(value)
      if (part !== undefined)
        this.#problem([key], `${part} is not filled in here, only in ${TEMPLATES.join(', ')}`)
    }
  }

  #sql(): string {
    const { type = 'trino' } = this.#settings
    return this.#withParams(this.#template({ kind: 'sql', engine: type }), type)
  }

  #watermark(): Watermark | undefined {
    const { watermark, type = 'trino' } = this.#settings
    const first = this.#window
    if (watermark === undefined || first === undefined) return undefined
    const sqlFor = (window: Window) =>
      new ExportResolver(this.#i, { ...this.#context, problems: [] }, this.#queryText, window).#sql()
    const { column } = watermark
    const sql = sqlFor(first)
    const later = utcTime(Date.parse(first.to) + DAY_MS)
    const unused = (['from', 'to'] as const).find((end) => sqlFor({ ...first, [end]: later }) === sql)
    if (unused !== undefined && sql !== '')
      this.#problem(
        ['watermark'],
        `the query has no \${watermark.${unused}}, so rows would be exported twice`,
      )
    else if (sql !== '' && !namesColumn(sql, column, type))
      this.#problem(['watermark', 'column'], `the query does not name the column ${column}`)
    return { column, initial: first.from, to: first.to, sqlFor }
  }

  /** The window of a start before which there was none. */
  #firstWindow(): Window | undefined {
    const { watermark } = this.#settings
    if (watermark === undefined) return undefined
    const { initial, lag = 0 } = watermark
    const { scheduledTime, parsed } = this.#context
    if (lag % 1000 !== 0) this.#problem(['watermark', 'lag'], 'a lag is whole seconds')
    try {
      const from = typeof initial === 'number' ? initial * 1000 : parseTime(initial, parsed.manifest.timezone)
      return { from: utcTime(from), to: utcTime(scheduledTime - lag) }
    } catch (error) {
      this.#problem(['watermark', 'initial'], messageOf(error))
      return undefined
    }
  }

  #template(purpose: Purpose): string {
    const { query, query_file: file } = this.#settings
    if (file === undefined && this.#context.parsed.manifest.exports[this.#i]!.encoding !== undefined)
      this.#problem(['encoding'], 'encoding is for query_file')
    if ((query === undefined) === (file === undefined)) {
      this.#problem(
        [],
        query === undefined
          ? 'there is no query: set query or query_file'
          : 'query and query_file exclude each other',
      )
      return ''
    }
    const sql = query === undefined ? this.#sqlOfFile(purpose) : this.#text('query', purpose)!
    if (sql !== undefined && isEmptySql(sql))
      this.#problem([query === undefined ? 'query_file' : 'query'], 'the query is empty')
    return sql ?? ''
  }

  /** Those of `defaults` are for the queries that name them; one of the export itself must be used. */
  #withParams(sql: string, engine: QueryType): string {
    const { defaults, exports } = this.#context.parsed.manifest
    const own = exports[this.#i]!.params ?? {}
    const params: Record<string, SqlValue> = Object.create(null)
    for (const [name, param] of Object.entries({ ...defaults.params, ...own })) {
      try {
        params[name] = paramOf(param, (template) =>
          this.#filled(['params', name], template, { kind: 'value' }),
        )
      } catch (error) {
        this.#problem(['params', name], messageOf(error))
      }
    }
    if (sql === '') return sql
    try {
      return fillParams(sql, params, engine, (name) => !Object.hasOwn(own, name))
    } catch (error) {
      this.#problem(['params'], messageOf(error))
      return sql
    }
  }

  #sqlOfFile(purpose: Purpose): string | undefined {
    const file = this.#text('query_file', { kind: 'path' })!
    const template = this.#queryText ?? this.#read('query_file', file, this.#settings.encoding)
    if (template === undefined) return undefined
    this.#queryText = template
    const { text, problems } = substitute(template, purpose, this.#variables())
    for (const { at, message } of problems) {
      const before = template.slice(0, at).split('\n')
      this.#context.problems.push({ file, line: before.length, column: before.at(-1)!.length + 1, message })
    }
    return text
  }

  #spool(): string | undefined {
    const folder = this.#text('spool', { kind: 'path' })
    if (folder === undefined) return undefined
    try {
      requireLocalPath(folder, 'the spool', HERE)
    } catch (error) {
      this.#problem(['spool'], messageOf(error))
    }
    return resolve(this.#context.folder, folder)
  }

  #resultUrl(): string | undefined {
    const url = this.#text('result_url', { kind: 'url' })
    if (url?.startsWith('@') && looksLikeTarget(url.slice(1))) {
      this.#problem(['result_url'], 'after @ comes the name of a file, not a URL')
      return undefined
    }
    const target = url?.startsWith('@') ? this.#read('result_url', url.slice(1))?.replace(/\r?\n$/, '') : url
    const problem = target === undefined ? undefined : targetProblem(target)
    if (problem !== undefined) this.#problem(['result_url'], problem)
    return target
  }

  #read(key: 'query_file' | 'result_url', file: string, encoding?: string): string | undefined {
    const path = resolve(this.#context.folder, file)
    this.#files.push(path)
    try {
      return readTextFileSync(path, `the file ${file}`, encoding)
    } catch (error) {
      this.#problem([key], messageOf(error))
      return undefined
    }
  }

  #writing(): Writing {
    const { output: given } = this.#settings
    const templates = given === undefined || typeof given === 'string' ? [given] : given
    const places = templates.map((template, i): OutputPlace => {
      const at: Path = typeof given === 'object' ? ['output', i] : ['output']
      return { at, template, purpose: purposeOfOutput(template) }
    })
    const [first] = places
    if (places.length === 1) {
      const table = this.#tableAt(first!)
      if (table !== undefined) return this.#tableWriting(table)
    }
    for (const key of ['mode', 'key', 'nul'] as const) {
      if (this.#own[key] !== undefined) this.#problem([key], `${key} is for tables`)
    }
    const files = places.map((place) => this.#namedFile(place, places.length > 1))
    this.#checkFolders(files)
    const writings = files.map((file) => this.#fileWriting(file, files))
    if (writings.length === 1) return writings[0]!
    return { path: writings.map(({ path }) => path).join(', '), outputs: writings, edits: writings[0]!.edits }
  }

  /** Its own settings, without those of `defaults`. */
  get #own(): ManifestExport {
    return this.#context.parsed.manifest.exports[this.#i]!
  }

  /** The table that an output is; undefined for a file. */
  #tableAt({ at, template, purpose }: OutputPlace): TableDestination | undefined {
    if (template === undefined) return undefined
    const output = this.#filled(at, template, purpose)
    const table = this.#table(at, output)
    // A URL may hold a password: do not take it for a path or show it.
    if (table !== undefined || purpose.kind !== 'url') return table
    this.#problem(at, 'the output is no table: end it with # and the name of one')
    return NO_TABLE
  }

  /** What the name of a file or folder and the settings tell. */
  #namedFile({ at, template, purpose }: OutputPlace, isOneOfSeveral: boolean): NamedFile {
    const { manifest } = this.#context.parsed
    let output = template === undefined ? undefined : this.#filled(at, template, purpose)
    if (output === undefined) this.#problem([], 'there is no output')
    else if (isOneOfSeveral && (purpose.kind === 'url' || this.#table(at, output) !== undefined)) {
      this.#problem(at, 'several outputs are files and folders: give the table an export of its own')
      output = 'table.csv'
    } else this.#requireOwnPath(at, template!)
    const ofPath = output === undefined ? undefined : formatOf(output.replace(/[/\\]+$/, ''))
    const isFolder = this.#isFolder(ofPath !== undefined)
    const { format: own } = this.#own
    // Of several, each name tells its own.
    const named = (isOneOfSeveral ? (ofPath ?? own) : (own ?? ofPath)) ?? manifest.defaults.format
    if (output !== undefined && named === undefined) {
      const why = isFolder
        ? `the folder ${output} does not tell the format of its files`
        : `the name ${output} does not tell the format`
      this.#problem(at, `${why}: set format`)
    }
    const differs = ofPath?.format !== own?.format || ofPath?.compression !== own?.compression
    if (isOneOfSeveral && own !== undefined && ofPath !== undefined && differs)
      this.#problem(['format'], `format is for outputs whose names tell none; ${output} tells its own`)
    const { format = 'csv', compression = 'none' } = named ?? {}
    // The end of a name says how a file is compressed, also when its format is set.
    const ofName = isFolder ? 'none' : compressionOf(output ?? '')
    const packed = compression === 'none' ? ofName : compression
    if (ofName !== 'none' && packed !== ofName)
      this.#problem(at, `the format says ${packed}, the name ${output} says ${ofName}`)
    return { at, output: output ?? '', isFolder, named, format, compression: packed }
  }

  #checkFolders(files: readonly NamedFile[]): void {
    const { receipt, earlier_files: earlierFiles } = this.#settings
    const isFolder = files.some((file) => file.isFolder)
    if (isFolder && receipt && earlierFiles === 'keep')
      this.#problem(
        ['receipt'],
        'a receipt is for a folder that holds one result, not for earlier_files: keep',
      )
    if (!isFolder && this.#own.earlier_files !== undefined)
      this.#problem(
        ['earlier_files'],
        'earlier_files is for folders: partition_by, max_rows_per_file, max_bytes_per_file',
      )
    if (isFolder && this.#own.checksum !== undefined)
      this.#problem(
        ['checksum'],
        'checksum is for single files; receipt: true lists the SHA-256 of each file',
      )
  }

  #fileWriting(file: NamedFile, all: readonly NamedFile[]): FileWriting {
    const { partition_by: partitionBy, ...settings } = this.#settings
    const { at, output, isFolder, named, format, compression } = file
    const options = this.#sinkOptions(file, all)
    const isEncrypted = options.encryptTo !== undefined
    const wrongName =
      isFolder && isEncrypted ? undefined : encryptedNameProblem(output.replace(/[/\\]+$/, ''), isEncrypted)
    if (wrongName !== undefined) this.#problem(at, `${wrongName.message}: ${wrongName.hint}`)
    if (isEncrypted && settings.spool !== undefined)
      this.#problem(
        ['spool'],
        'a spool keeps the download as it came, not encrypted: leave it out where outputs are encrypted',
      )
    const problems = optionProblems(format, { compression, ...options }, 'key')
    for (const { called, message } of problems) this.#problem([called], message)
    const writing: FileWriting = {
      path: this.#location(at, output, isFolder),
      isFolder,
      format,
      compression,
      extension:
        named !== undefined && 'extension' in named
          ? `${named.extension}${isEncrypted ? AGE_ENDING : ''}`
          : extensionOf(format, compression, isEncrypted),
      partitionBy,
      maxRowsPerFile: settings.max_rows_per_file,
      maxBytesPerFile: settings.max_bytes_per_file,
      receipt: (isFolder && settings.receipt) || undefined,
      earlierFiles: settings.earlier_files,
      edits: this.#edits(),
      options,
      checksum: isFolder ? undefined : settings.checksum,
    }
    if (problems.length > 0) return writing
    try {
      assertWritable(writing)
    } catch (error) {
      this.#problem([], messageOf(error))
    }
    return writing
  }

  #table(at: Path, output: string): TableDestination | undefined {
    try {
      return tableDestination(output, this.#context.folder)
    } catch (error) {
      this.#problem(at, messageOf(error))
      return NO_TABLE
    }
  }

  #tableWriting(table: TableDestination): TableWriting {
    const { mode, key, nul } = this.#settings
    const own: Readonly<Record<string, unknown>> = this.#context.parsed.manifest.exports[this.#i]!
    const ofFolders = [
      'partition_by',
      'max_rows_per_file',
      'max_bytes_per_file',
      'receipt',
      'earlier_files',
      'checksum',
    ]
    for (const setting of ['format', ...ofFolders, ...OPTION_ROWS.flatMap(([, row]) => row.key ?? [])]) {
      if (own[setting] !== undefined)
        this.#problem([setting], `${setting} is for files; the output is a table`)
    }
    // One of `defaults` is not passed over in silence: rows would lie in the table for all to read.
    const { defaults } = this.#context.parsed.manifest
    if (own.encrypt_to === undefined && defaults.encrypt_to !== undefined)
      this.#problem(['output'], 'encrypt_to of defaults is for files; the output is a table')
    // Defaults are for the exports that have the option.
    const isUpsert = mode === 'upsert'
    const tableOptions = {
      ...(mode && { mode }),
      ...(key && (isUpsert || own.key !== undefined) && { key }),
      ...(nul && (table.database === 'postgres' || own.nul !== undefined) && { nul }),
    }
    if (table !== NO_TABLE) {
      try {
        namedTable(table, tableOptions)
      } catch (error) {
        this.#problem([], messageOf(error))
      }
    }
    return { path: table.name, table, tableOptions, edits: this.#edits() }
  }

  #edits(): PlanEdits {
    const { columns, exclude, cast, time_as: timeAs, rename, limit } = this.#settings
    const edits = { columns, exclude, ...this.#masks(), cast, timeAs, rename, limit }
    try {
      planEdits(edits)
    } catch (error) {
      this.#problem([edits.mask === undefined ? 'columns' : 'mask'], messageOf(error))
    }
    return edits
  }

  /** Masks of `defaults` count as well, so that one more does not show the column of another. */
  #masks(): Pick<PlanEdits, 'mask' | 'maskKey'> {
    const { defaults, exports } = this.#context.parsed.manifest
    const mask = { ...defaults.mask, ...exports[this.#i]!.mask }
    if (Object.keys(mask).length === 0) return {}
    if (this.#settings.spool !== undefined)
      this.#problem(
        ['spool'],
        'a spool keeps the download as it came, unmasked: leave it out where columns are masked',
      )
    return { mask, ...(needsKey(mask) && { maskKey: this.#maskKey() }) }
  }

  #maskKey(): MaskKey | undefined {
    const file = this.#text('mask_key_file', { kind: 'path' })
    if (file === undefined) {
      try {
        return maskKeyOf(this.#context.env)
      } catch (error) {
        this.#problem(['mask'], `${MASK_KEY_VARIABLE}: ${messageOf(error)}`)
        return STAND_IN_KEY
      }
    }
    const path = resolve(this.#context.folder, file)
    this.#files.push(path)
    try {
      return new MaskKey(readKeyFile(path, file))
    } catch (error) {
      this.#problem(['mask_key_file'], messageOf(error))
      return STAND_IN_KEY
    }
  }

  /**
   * Whether the output is a folder. A bound on the files of all exports is meant for those whose output is not named as a
   * file.
   */
  #isFolder(isNamedAsFile: boolean): boolean {
    const own = this.#context.parsed.manifest.exports[this.#i]!
    if (this.#settings.partition_by !== undefined) return true
    const divides = ({
      max_rows_per_file: rows,
      max_bytes_per_file: bytes,
      receipt,
    }: Partial<ManifestExport>) => rows !== undefined || bytes !== undefined || receipt === true
    return divides(own) || (!isNamedAsFile && divides(this.#settings))
  }

  /** The output of a period must not replace that of another one because the clock shows the same hour twice. */
  #requireOwnPath(at: Path, template: string): void {
    const variables = this.#variables()
    const pathAt = (scheduledTime: number) =>
      substitute(template, { kind: 'path' }, { ...variables, scheduledTime }).text
    const { timezone: zone } = this.#context.parsed.manifest
    for (const { first, second, later } of this.#context.repeated) {
      // One file for all hours of a day is meant to be replaced.
      if (pathAt(first) !== pathAt(second) || pathAt(first) === pathAt(later)) continue
      const both = `${isoTime(first, zone)} and ${isoTime(second, zone)}`
      this.#problem(at, `one file for two periods, ${both}, as the clock is set back: add %z`)
      return
    }
  }

  /** Defaults are for the outputs that have the option; one of the export itself is kept where none has it, to be refused. */
  #sinkOptions({ format, compression }: NamedFile, all: readonly NamedFile[]): AnySinkOptions {
    const own: Readonly<Record<string, unknown>> = this.#own
    const ofAll: Readonly<Record<string, unknown>> = this.#context.parsed.manifest.defaults
    const given = OPTION_ROWS.flatMap(([name, row]) => {
      if (row.key === undefined) return []
      const has = hasOption(row, format, compression)
      const isUseless = !all.some((file) => hasOption(row, file.format, file.compression))
      const value = (has || isUseless ? own[row.key] : undefined) ?? (has ? ofAll[row.key] : undefined)
      return value === undefined ? [] : [[name, value]]
    })
    return Object.fromEntries(given)
  }

  /** Where an output lies, whatever folder that is asked from. */
  #location(at: Path, output: string, isFolder: boolean): string {
    try {
      const { name, location } = targetOf(output, { cwd: this.#context.folder })
      if (location !== undefined) return location
      this.#problem(at, `the output is ${name}; it must be a ${isFolder ? 'folder' : 'file'}`)
    } catch (error) {
      const { hint } = error as Partial<SluiceError>
      if (output !== '')
        this.#problem(at, hint === undefined ? messageOf(error) : `${messageOf(error)}: ${hint}`)
    }
    return output
  }

  /** A setting with its placeholders filled in. */
  #text(
    key:
      | 'query'
      | 'query_file'
      | 'database'
      | 'engine_version'
      | 'pool_name'
      | 'result_url'
      | 'mask_key_file'
      | 'spool',
    purpose: Purpose,
  ): string | undefined {
    const template = this.#settings[key]
    if (template === undefined) return undefined
    return this.#filled([key], template, purpose)
  }

  #filled(path: Path, template: string, purpose: Purpose): string {
    const { text, problems } = substitute(template, purpose, this.#variables())
    for (const problem of problems) this.#templateProblem(path, problem)
    return text
  }

  #variables(): Variables {
    const { scheduledTime, env } = this.#context
    const { timezone, allow_env: allowEnv } = this.#context.parsed.manifest
    const window = this.#window && { from: Date.parse(this.#window.from), to: Date.parse(this.#window.to) }
    return { name: this.#settings.name, scheduledTime, env, zone: timezone, allowEnv, window }
  }

  #templateProblem(path: Path, { part, nth, message }: TemplateProblem): void {
    this.#context.problems.push(
      this.#context.parsed.document.partProblem(this.#pathOf(path), part, nth, message),
    )
  }

  #problem(path: Path, message: string): void {
    const at = path.length === 0 ? ['exports', this.#i] : this.#pathOf(path)
    this.#context.problems.push(this.#context.parsed.document.problem(at, message))
  }

  /** Where a setting stands: in the export or in the defaults. */
  #pathOf(path: Path): Path {
    const own = ['exports', this.#i, ...path]
    return this.#context.parsed.document.has(own) ? own : ['defaults', ...path]
  }
}

/** The URL of a table may come from a variable as a whole, or hold a secret; a path may not. */
function purposeOfOutput(output = ''): Purpose {
  const isUrl = /^postgres(?:ql)?:\/\//i.test(output) || /^\$\{\s*env\.[^}]*\}[^/\\]*#/.test(output)
  return { kind: isUrl ? 'url' : 'path' }
}
