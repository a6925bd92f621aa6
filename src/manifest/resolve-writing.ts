import { messageOf, type SluiceError } from '../errors.js'
import { AGE_ENDING } from '../model/age-recipient.js'
import { type Compression, type Format, OPTION_ROWS } from '../model/formats.js'
import type { AnySinkOptions } from '../model/option-types.js'
import { hasOption } from '../model/option-values.js'
import { optionProblems } from '../sinks/formats/options.js'
import { compressionOf, extensionOf, formatOf } from '../sinks/formats/registry.js'
import { type TableDestination, tableDestination } from '../sinks/tables/destination.js'
import { namedTable } from '../sinks/tables/named-table.js'
import { encryptedNameProblem } from '../sinks/targets/encrypted.js'
import { targetOf } from '../sinks/targets/index.js'
import type { PlanEdits } from '../transforms/plan-edits.js'
import type { FilledSettings } from './filled-settings.js'
import type { Path } from './problems.js'
import { resolveEdits } from './resolve-edits.js'
import type { Purpose } from './safe-value.js'
import type { ManifestExport } from './schema.js'
import { substitute } from './template.js'
import { isoTime } from './time-text.js'
import { assertWritable, type FileWriting, type TableWriting, type Writing } from './writing.js'

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

/** Fills in where and how an export writes its rows. */
export function resolveWriting(settings: FilledSettings): Writing {
  return new WritingResolver(settings).writing()
}

class WritingResolver {
  readonly #settings: FilledSettings
  readonly #edits: PlanEdits

  constructor(settings: FilledSettings) {
    this.#settings = settings
    this.#edits = resolveEdits(settings)
  }

  writing(): Writing {
    const { output: given } = this.#settings.all
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
      if (this.#settings.own[key] !== undefined) this.#settings.problem([key], `${key} is for tables`)
    }
    const files = places.map((place) => this.#namedFile(place, places.length > 1))
    this.#checkFolders(files)
    const writings = files.map((file) => this.#fileWriting(file, files))
    if (writings.length === 1) return writings[0]!
    return { path: writings.map(({ path }) => path).join(', '), outputs: writings, edits: this.#edits }
  }

  /** The table that an output is; undefined for a file. */
  #tableAt({ at, template, purpose }: OutputPlace): TableDestination | undefined {
    if (template === undefined) return undefined
    const output = this.#settings.filled(at, template, purpose)
    const table = this.#table(at, output)
    // A URL may hold a password: do not take it for a path or show it.
    if (table !== undefined || purpose.kind !== 'url') return table
    this.#settings.problem(at, 'the output is no table: end it with # and the name of one')
    return NO_TABLE
  }

  /** What the name of a file or folder and the settings tell. */
  #namedFile({ at, template, purpose }: OutputPlace, isOneOfSeveral: boolean): NamedFile {
    const { manifest } = this.#settings.context.parsed
    let output = template === undefined ? undefined : this.#settings.filled(at, template, purpose)
    if (output === undefined) this.#settings.problem([], 'there is no output')
    else if (isOneOfSeveral && (purpose.kind === 'url' || this.#table(at, output) !== undefined)) {
      this.#settings.problem(at, 'several outputs are files and folders: give the table an export of its own')
      output = 'table.csv'
    } else this.#requireOwnPath(at, template!)
    const ofPath = output === undefined ? undefined : formatOf(output.replace(/[/\\]+$/, ''))
    const isFolder = this.#isFolder(ofPath !== undefined)
    const { format: own } = this.#settings.own
    // Of several, each name tells its own.
    const named = (isOneOfSeveral ? (ofPath ?? own) : (own ?? ofPath)) ?? manifest.defaults.format
    if (output !== undefined && named === undefined) {
      const why = isFolder
        ? `the folder ${output} does not tell the format of its files`
        : `the name ${output} does not tell the format`
      this.#settings.problem(at, `${why}: set format`)
    }
    const differs = ofPath?.format !== own?.format || ofPath?.compression !== own?.compression
    if (isOneOfSeveral && own !== undefined && ofPath !== undefined && differs)
      this.#settings.problem(
        ['format'],
        `format is for outputs whose names tell none; ${output} tells its own`,
      )
    const { format = 'csv', compression = 'none' } = named ?? {}
    // The end of a name says how a file is compressed, also when its format is set.
    const ofName = isFolder ? 'none' : compressionOf(output ?? '')
    const packed = compression === 'none' ? ofName : compression
    if (ofName !== 'none' && packed !== ofName)
      this.#settings.problem(at, `the format says ${packed}, the name ${output} says ${ofName}`)
    return { at, output: output ?? '', isFolder, named, format, compression: packed }
  }

  #checkFolders(files: readonly NamedFile[]): void {
    const { receipt, earlier_files: earlierFiles } = this.#settings.all
    const isFolder = files.some((file) => file.isFolder)
    if (isFolder && receipt && earlierFiles === 'keep')
      this.#settings.problem(
        ['receipt'],
        'a receipt is for a folder that holds one result, not for earlier_files: keep',
      )
    if (!isFolder && this.#settings.own.earlier_files !== undefined)
      this.#settings.problem(
        ['earlier_files'],
        'earlier_files is for folders: partition_by, max_rows_per_file, max_bytes_per_file',
      )
    if (isFolder && this.#settings.own.checksum !== undefined)
      this.#settings.problem(
        ['checksum'],
        'checksum is for single files; receipt: true lists the SHA-256 of each file',
      )
  }

  #fileWriting(file: NamedFile, all: readonly NamedFile[]): FileWriting {
    const { partition_by: partitionBy, ...settings } = this.#settings.all
    const { at, output, isFolder, named, format, compression } = file
    const options = this.#sinkOptions(file, all)
    const isEncrypted = options.encryptTo !== undefined
    const wrongName =
      isFolder && isEncrypted ? undefined : encryptedNameProblem(output.replace(/[/\\]+$/, ''), isEncrypted)
    if (wrongName !== undefined) this.#settings.problem(at, `${wrongName.message}: ${wrongName.hint}`)
    if (isEncrypted && settings.spool !== undefined)
      this.#settings.problem(
        ['spool'],
        'a spool keeps the download as it came, not encrypted: leave it out where outputs are encrypted',
      )
    const problems = optionProblems(format, { compression, ...options }, 'key')
    for (const { called, message } of problems) this.#settings.problem([called], message)
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
      edits: this.#edits,
      options,
      checksum: isFolder ? undefined : settings.checksum,
    }
    if (problems.length > 0) return writing
    try {
      assertWritable(writing)
    } catch (error) {
      this.#settings.problem([], messageOf(error))
    }
    return writing
  }

  #table(at: Path, output: string): TableDestination | undefined {
    try {
      return tableDestination(output, this.#settings.context.folder)
    } catch (error) {
      this.#settings.problem(at, messageOf(error))
      return NO_TABLE
    }
  }

  #tableWriting(table: TableDestination): TableWriting {
    const { mode, key, nul } = this.#settings.all
    const own: Readonly<Record<string, unknown>> = this.#settings.own
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
        this.#settings.problem([setting], `${setting} is for files; the output is a table`)
    }
    // One of `defaults` is not passed over in silence: rows would lie in the table for all to read.
    const { defaults } = this.#settings.context.parsed.manifest
    if (own.encrypt_to === undefined && defaults.encrypt_to !== undefined)
      this.#settings.problem(['output'], 'encrypt_to of defaults is for files; the output is a table')
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
        this.#settings.problem([], messageOf(error))
      }
    }
    return { path: table.name, table, tableOptions, edits: this.#edits }
  }

  /**
   * Whether the output is a folder. A bound on the files of all exports is meant for those whose output is not named as a
   * file.
   */
  #isFolder(isNamedAsFile: boolean): boolean {
    const own = this.#settings.own
    if (this.#settings.all.partition_by !== undefined) return true
    const divides = ({
      max_rows_per_file: rows,
      max_bytes_per_file: bytes,
      receipt,
    }: Partial<ManifestExport>) => rows !== undefined || bytes !== undefined || receipt === true
    return divides(own) || (!isNamedAsFile && divides(this.#settings.all))
  }

  /** The output of a period must not replace that of another one because the clock shows the same hour twice. */
  #requireOwnPath(at: Path, template: string): void {
    const variables = this.#settings.variables()
    const pathAt = (scheduledTime: number) =>
      substitute(template, { kind: 'path' }, { ...variables, scheduledTime }).text
    const { timezone: zone } = this.#settings.context.parsed.manifest
    for (const { first, second, later } of this.#settings.context.repeated) {
      // One file for all hours of a day is meant to be replaced.
      if (pathAt(first) !== pathAt(second) || pathAt(first) === pathAt(later)) continue
      const both = `${isoTime(first, zone)} and ${isoTime(second, zone)}`
      this.#settings.problem(at, `one file for two periods, ${both}, as the clock is set back: add %z`)
      return
    }
  }

  /** Defaults are for the outputs that have the option; one of the export itself is kept where none has it, to be refused. */
  #sinkOptions({ format, compression }: NamedFile, all: readonly NamedFile[]): AnySinkOptions {
    const own: Readonly<Record<string, unknown>> = this.#settings.own
    const ofAll: Readonly<Record<string, unknown>> = this.#settings.context.parsed.manifest.defaults
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
      const { name, location } = targetOf(output, { cwd: this.#settings.context.folder })
      if (location !== undefined) return location
      this.#settings.problem(at, `the output is ${name}; it must be a ${isFolder ? 'folder' : 'file'}`)
    } catch (error) {
      const { hint } = error as Partial<SluiceError>
      if (output !== '')
        this.#settings.problem(at, hint === undefined ? messageOf(error) : `${messageOf(error)}: ${hint}`)
    }
    return output
  }
}

/** The URL of a table may come from a variable as a whole, or hold a secret; a path may not. */
function purposeOfOutput(output = ''): Purpose {
  const isUrl = /^postgres(?:ql)?:\/\//i.test(output) || /^\$\{\s*env\.[^}]*\}[^/\\]*#/.test(output)
  return { kind: isUrl ? 'url' : 'path' }
}
