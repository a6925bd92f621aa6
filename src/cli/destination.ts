import { SluiceError } from '../errors.js'
import { type Compression, FORMAT_NAMES, FORMATS, type Format } from '../model/formats.js'
import { listed } from '../model/option-values.js'
import {
  compressionFor,
  extensionOf,
  fileFormatNamed,
  formatOf,
  nameHint,
} from '../sinks/formats/registry.js'
import { type TableDestination, tableDestination } from '../sinks/tables/destination.js'
import { withChecksum } from '../sinks/targets/checksum.js'
import { encryptedNameProblem } from '../sinks/targets/encrypted.js'
import { type Target, targetOf } from '../sinks/targets/index.js'
import { folderError } from '../sinks/targets/resolve-path.js'
import type { Context } from './context.js'
import type { FolderFlags, OutputFlags } from './options/output.js'
import { requireTableUse } from './table-outputs.js'

/** One place that rows are written to, and as what. */
export type OutputDestination = BytesDestination | { readonly table: TableDestination }

/** A place that takes bytes. */
export interface BytesDestination {
  readonly target: Target
  readonly format: Format
  readonly compression: Compression
  /** Of a folder: the end of the names of its files, without its dot. */
  readonly extension?: string
}

/** The outputs that take bytes. */
export function byteOutputs(outputs: readonly OutputDestination[]): BytesDestination[] {
  return outputs.filter((output) => 'target' in output)
}

/** The tables among the outputs. */
export function tableOutputs(outputs: readonly OutputDestination[]): TableDestination[] {
  return outputs.flatMap((output) => ('table' in output ? [output.table] : []))
}

/** Where the rows of a run go. */
export type RowsDestination =
  /** At least one. All of them get the same rows, and become final together. */
  | { readonly kind: 'outputs'; readonly outputs: readonly OutputDestination[] }
  /** A few rows for people, on stdout: as a table, or each as lines of names and values. */
  | { readonly kind: 'preview'; readonly target: Target; readonly vertical: boolean }

/**
 * With one output, `-f` decides its format. With several, each is written as its name says, and `-f` is for those whose
 * names tell no format.
 *
 * @throws SluiceError `E_USAGE` for a wrong output, when neither the name nor an option tells a format, and for a format
 * that is for none of several outputs.
 */
export function chooseDestination(options: OutputFlags & FolderFlags, context: Context): RowsDestination {
  const { output, format, vertical = false } = options
  const places = (output ?? ['-']).map((each): { target: Target } | { table: TableDestination } => {
    const table = tableDestination(each, context.cwd)
    return table === undefined ? { target: targetOf(each, context) } : { table }
  })
  const targets = places.flatMap((place) => ('target' in place ? [place.target] : []))
  const tables = places.flatMap((place) => ('table' in place ? [place.table] : []))
  requireTableUse(options, tables, places.length)
  if (options.checksum !== undefined) requireChecksumUse(options, tables)
  if (vertical && (format !== undefined || places.length > 1 || !targets[0]?.isStdout)) {
    throw new SluiceError('E_USAGE', '-G shows rows to people, it does not write a file or a format', {
      hint: 'leave out -o and -f, or leave out -G',
    })
  }
  const isPreview =
    vertical || (output === undefined && format === undefined && context.stdoutIsTerminal === true)
  if (isPreview && options.encryptTo !== undefined) {
    throw new SluiceError('E_USAGE', '--encrypt-to is for what is written, and rows are shown here', {
      hint: 'write them into a file: -o FILE.csv.age',
    })
  }
  if (isPreview) return { kind: 'preview', target: targets[0]!, vertical }
  if (format !== undefined && places.length > 1) requireUse(format, targets)
  const isEncrypted = options.encryptTo !== undefined
  const outputs = places.map((place) => {
    if ('table' in place) return place
    const target = options.checksum === undefined ? place.target : withChecksum(place.target)
    const wanted = places.length > 1 && tellsFormat(target) ? undefined : format
    return isFolderWanted(options)
      ? folderAt(target, wanted, isEncrypted)
      : outputTo(target, wanted, isEncrypted, context)
  })
  return { kind: 'outputs', outputs }
}

function requireChecksumUse(options: FolderFlags, tables: readonly TableDestination[]): void {
  if (tables.length > 0) throw new SluiceError('E_USAGE', '--checksum is for files, and an output is a table')
  if (!isFolderWanted(options)) return
  throw new SluiceError('E_USAGE', '--checksum is for single files, and the output is a folder', {
    hint: '--receipt lists the SHA-256 of each file of a folder',
  })
}

/**
 * Whether outputs are folders.
 *
 * @throws SluiceError `E_USAGE` for an option that is for folders only, without one that asks for a folder.
 */
function isFolderWanted(options: FolderFlags): boolean {
  const { partitionBy, maxRowsPerFile, maxBytesPerFile, receipt, earlierFiles } = options
  if (receipt || [partitionBy, maxRowsPerFile, maxBytesPerFile].some((each) => each !== undefined))
    return true
  if (earlierFiles === undefined) return false
  throw new SluiceError('E_USAGE', '--earlier-files is for a folder', {
    hint: 'ask for one with --partition-by or --max-rows-per-file, or leave it out',
  })
}

/** A folder of files; its name may tell their format, as `access.parquet` does. */
function folderAt(target: Target, wanted: string | undefined, isEncrypted: boolean): BytesDestination {
  const { name } = target
  if (target.join === undefined) {
    throw new SluiceError('E_USAGE', `many files cannot go to ${name}`, {
      hint: 'name a folder with -o FOLDER',
    })
  }
  const named = wanted === undefined ? formatOf(folderName(target)) : fileFormatNamed(wanted)
  if (named === undefined) {
    throw new SluiceError('E_USAGE', `the folder ${name} does not tell the format of its files`, {
      hint: `name it with -f ${listed(FORMAT_NAMES, 'or')}, perhaps with .gz or .zst`,
    })
  }
  const { format, compression } = named
  // The files are named by the run, so the folder need not end so.
  const problem = isEncrypted ? undefined : encryptedNameProblem(folderName(target), false)
  if (problem !== undefined) throw new SluiceError('E_USAGE', problem.message, { hint: problem.hint })
  return { target, format, compression, extension: extensionOf(format, compression, isEncrypted) }
}

/** Without slashes at its end. */
function folderName({ name }: Target): string {
  return name.replace(/[/\\]+$/, '')
}

/** @param wanted the format that an option names, with the end of a compression if it has one */
function outputTo(
  target: Target,
  wanted: string | undefined,
  isEncrypted: boolean,
  context: Context,
): BytesDestination {
  const named = wanted === undefined ? undefined : fileFormatNamed(wanted)
  const compression = compressionFor(target.name, named)
  const format = (named ?? (target.isStdout ? undefined : formatOf(target.name)))?.format
  if (!target.isStdout) {
    if (format !== undefined) return { target, format, compression }
    if (target.name.endsWith('/')) throw folderError(target.name)
    throw new SluiceError('E_USAGE', `the name ${target.name} does not tell the format`, {
      hint: nameHint(target.name),
    })
  }
  if (context.stdoutIsTerminal && isEncrypted) {
    throw new SluiceError('E_USAGE', 'what is encrypted is binary, and this is a terminal', {
      hint: 'write it into a file with -o FILE, or pipe it somewhere',
    })
  }
  if (context.stdoutIsTerminal && format && (FORMATS[format].isBinary || compression !== 'none')) {
    throw new SluiceError('E_USAGE', `${wanted} is binary and this is a terminal`, {
      hint: 'write it into a file with -o FILE, or pipe it somewhere',
    })
  }
  return { target, format: format ?? 'csv', compression }
}

function tellsFormat(target: Target): boolean {
  return !target.isStdout && formatOf(folderName(target)) !== undefined
}

/** A format must be that of every name, or of an output whose name tells none. */
function requireUse(wanted: string, targets: readonly Target[]): void {
  const { format, compression } = fileFormatNamed(wanted)
  if (!targets.every(tellsFormat)) return
  const others = targets.filter((target) => {
    const own = formatOf(folderName(target))!
    return own.format !== format || own.compression !== compression
  })
  if (others.length === 0) return
  const names = listed(
    others.map(({ name }) => name),
    'and',
  )
  throw new SluiceError('E_USAGE', `-f ${wanted} is for none of the outputs: ${names} tell another format`, {
    hint: 'leave out -f, or end each name with the format that it is to have',
  })
}
