import { SluiceError } from '../../errors.js'
import { AGE_ENDING } from '../../model/age-recipient.js'
import {
  COMPRESSIONS,
  type Compression,
  delimiterOf,
  FORMAT_NAMES,
  FORMATS,
  type Format,
} from '../../model/formats.js'
import { suggestion } from '../../model/suggest.js'
import { checkArgument } from '../../usage.js'

/** Meaning of the end of a file's name. */
export interface FileFormat {
  /** The format of the rows. */
  readonly format: Format
  /** How the file is compressed. */
  readonly compression: Compression
}

const BY_EXTENSION: ReadonlyMap<string, Format> = new Map(
  FORMAT_NAMES.flatMap((format) => FORMATS[format].extensions.map((extension) => [extension, format])),
)

const COMPRESSION_BY_EXTENSION = new Map<string, Compression>(
  Object.entries(COMPRESSIONS).map(([kind, { extension }]) => [extension, kind as Compression]),
)

/** Whether the end of a path says that the file is encrypted. What stands before that end names format and compression. */
export function isNamedEncrypted(path: string): boolean {
  return path.toLowerCase().endsWith(AGE_ENDING)
}

function decryptedName(path: string): string {
  return isNamedEncrypted(path) ? path.slice(0, -AGE_ENDING.length) : path
}

/** The compression that the end of a path asks for. */
export function compressionOf(path: string): Compression {
  const [ending = ''] = /\.[^./\\]+$/.exec(decryptedName(path).toLowerCase()) ?? []
  return COMPRESSION_BY_EXTENSION.get(ending) ?? 'none'
}

/**
 * How a file is compressed: as the name of its format says, or else as the end of its path does.
 *
 * @throws SluiceError `E_USAGE` when both name a compression, and not the same.
 */
export function compressionFor(path: string, named: FileFormat | undefined): Compression {
  const ofPath = compressionOf(path)
  if (named === undefined || named.compression === 'none') return ofPath
  if (ofPath === 'none' || ofPath === named.compression) return named.compression
  throw new SluiceError('E_USAGE', `the format says ${named.compression}, the name ${path} says ${ofPath}`, {
    hint: `end the name with ${COMPRESSIONS[named.compression].extension}, or name the format without a compression`,
  })
}

/**
 * Meaning of the end of a path, for example `.csv.gz` or `.csv.gz.age`; `undefined` when it names no known format.
 *
 * @throws SluiceError `E_USAGE` when the path is no text.
 */
export function formatOf(path: string): FileFormat | undefined {
  checkArgument(path, 'the path', 'text')
  const compression = compressionOf(path)
  const name = decryptedName(path)
  const base = compression === 'none' ? name : name.replace(/\.[^.]+$/, '')
  const format = BY_EXTENSION.get(/\.[^./\\]+$/.exec(base.toLowerCase())?.[0] ?? '')
  return format === undefined ? undefined : { format, compression }
}

/** The end of a file's name without its dot, such as `csv.gz`. */
export function extensionOf(format: Format, compression: Compression, isEncrypted = false): string {
  const packed = compression === 'none' ? format : `${format}${COMPRESSIONS[compression].extension}`
  return isEncrypted ? `${packed}${AGE_ENDING}` : packed
}

/**
 * A format by its name, with the end of a compression if it has one, such as `csv.gz`.
 *
 * @throws SluiceError `E_USAGE` when there is no such format.
 */
export function fileFormatNamed(name: string): FileFormat {
  if (isNamedEncrypted(name)) {
    throw new SluiceError('E_USAGE', `the format ${JSON.stringify(name)} says nothing of encryption`, {
      hint: 'name the recipient: --encrypt-to age1…, encryptTo',
    })
  }
  const found = name.includes('/') ? undefined : formatOf(`x.${name}`)
  return found ?? { format: formatNamed(name), compression: 'none' }
}

/**
 * A format by its name; `jsonl` is another name of `ndjson`.
 *
 * @throws SluiceError `E_USAGE` when there is no such format.
 */
export function formatNamed(name: string): Format {
  checkArgument(name, 'the format', 'text')
  const format = BY_EXTENSION.get(`.${name.toLowerCase()}`)
  if (format !== undefined) return format
  const meant = suggestion(name, FORMAT_NAMES)
  throw new SluiceError('E_USAGE', `there is no format ${JSON.stringify(name)}${meant}`, {
    hint: WORKBOOK.test(`.${name}`) ? FOR_EXCEL : `the formats are ${FORMAT_NAMES.join(', ')}`,
  })
}

const WORKBOOK = /\.(?:xlsx?|xlsm|ods|excel)$/i
const FOR_EXCEL = 'Excel opens CSV: -o FILE.csv --bom, with --escape-formulas for texts of others'

/** What to write instead of a name that tells no format. */
export function nameHint(name: string): string {
  if (WORKBOOK.test(name)) return FOR_EXCEL
  return `end it with .${FORMAT_NAMES.join(', .')} (and .gz or .zst), or name one with -f`
}

/** Formats that are often written into files named as the other one: many readers take NDJSON by the name `x.json`. */
const NAMED_ALIKE: readonly Format[] = ['json', 'ndjson']

/**
 * @throws SluiceError `E_USAGE` for a path whose end names another format than the one written: who reads the file goes by
 *   its name. CSV with tabs may be named as TSV.
 */
export function requireNameFor(format: Format, path: string, delimiter?: string): void {
  const named = formatOf(path)?.format
  if (named === undefined || named === format) return
  if (NAMED_ALIKE.includes(named) && NAMED_ALIKE.includes(format)) return
  if (named === 'tsv' && delimiter !== undefined && delimiterOf(delimiter) === '\t') return
  throw new SluiceError('E_USAGE', `${path} is named as ${named}, but ${format} is to be written`, {
    hint: `write ${named}, or name it as ${format}: ${FORMATS[format].extensions[0]}`,
  })
}
