import { SluiceError } from '../../errors.js'
import type { Value } from '../../rows/reader.js'
import type { Target } from '../targets/index.js'

/** The text that Hive, Spark and DuckDB read as NULL. */
const NULL_NAME = '__HIVE_DEFAULT_PARTITION__'

/** DuckDB reads this as NULL too, in any case, unless a character is percent-encoded. */
const NULL_WORD = /^null$/i

/** Bytes of the longest name of a folder, on every common file system. */
const MAX_NAME_BYTES = 255

/**
 * `date=2026-11-01/country=JP`, the layout of Hive.
 *
 * @param row its number, counted from 0
 * @throws SluiceError `E_IO` for a value that makes no folder that readers take for the same value.
 */
export function partitionPath(names: readonly string[], cells: readonly Value[], row: number): string {
  return names.map((name, i) => folderName(name, cells[i]!, row)).join('/')
}

/** About the longest name of a file in a partition, that of the schema of msgpack. */
const LONGEST_FILE = 'part-00000.msgpack.zst.age.schema.json'

/**
 * Finds out whether files of a partition can have names: a store takes 1,024 bytes for all folders together.
 *
 * @param row the first one of the partition, counted from 0
 * @throws SluiceError `E_IO` with the row.
 */
export function assertNameable(targetAt: (path: string) => Target, partition: string, row: number): void {
  try {
    targetAt(`${partition}/${LONGEST_FILE}`)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    throw new SluiceError('E_IO', `row ${row + 1}: ${error.message}`, { cause: error, hint: SHORTER })
  }
}

const SHORTER = 'partition by another column, or by a shorter text that the query makes of this one'

function folderName(column: string, value: Value, row: number): string {
  const name = `${escapeName(column)}=${valueName(column, value, row)}`
  // A character has at most three bytes for each of its units.
  if (name.length * 3 <= MAX_NAME_BYTES) return name
  const bytes = Buffer.byteLength(name)
  if (bytes <= MAX_NAME_BYTES) return name
  throw refused(column, row, `the value makes a folder name of ${bytes} bytes; ${MAX_NAME_BYTES} is the most`)
}

function valueName(column: string, value: Value, row: number): string {
  if (value === null) return NULL_NAME
  const text = textOf(value)
  if (text === NULL_NAME) throw refused(column, row, `the text ${NULL_NAME} would be read back as NULL`)
  if (NULL_WORD.test(text)) return `%${text.charCodeAt(0).toString(16).toUpperCase()}${text.slice(1)}`
  return escapeName(text)
}

function refused(column: string, row: number, why: string): SluiceError {
  return new SluiceError('E_IO', `row ${row + 1}, column ${JSON.stringify(column)}: ${why}`, {
    hint: SHORTER,
  })
}

/** As the text formats write it. */
function textOf(value: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value instanceof Map ? [...value] : value)
}

/** Characters that a path, a shell, Windows or Hive itself would take for something else. */
const UNSAFE = /[\0-\x20"#%'*/:<=>?[\\\]^`{|}~\x7f]/g

/** Percent-encodes what is unsafe in a file name, as Hive does it; other characters, in any script, stay. */
function escapeName(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
