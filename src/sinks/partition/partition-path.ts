import type { Value } from '../../rows/reader.js'

/** What Hive, Spark and DuckDB read as NULL. */
const NULL_NAME = '__HIVE_DEFAULT_PARTITION__'

/** `date=2026-11-01/country=JP`, the layout of Hive. */
export function partitionPath(names: readonly string[], cells: readonly Value[]): string {
  return names.map((name, i) => `${escapeName(name)}=${valueName(cells[i]!)}`).join('/')
}

function valueName(value: Value): string {
  return value === null ? NULL_NAME : escapeName(textOf(value))
}

/** As the text formats write it. */
function textOf(value: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value instanceof Map ? [...value] : value)
}

/** What a path, a shell, Windows or Hive itself would take for something else. */
const UNSAFE = /[\0-\x20"#%'*/:<=>?[\\\]^`{|}~\x7f]/g

/** Percent-encodes what is unsafe in a file name, as Hive does it; other characters, in any script, stay. */
function escapeName(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
