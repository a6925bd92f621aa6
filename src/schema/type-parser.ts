import type { RowField, SqlKind, SqlType } from '../model/schema.js'

/** Longer texts, in UTF-16 units, and deeper nesting than this are kept as unknown text rather than followed. */
const MAX_TEXT = 4096
const MAX_DEPTH = 64

/**
 * For each kind its type without parameters, and how Trino, Presto and Hive spell that; TD adds `long`. `undefined` for
 * kinds that always have parameters or are parsed by an expression below.
 */
const PLAIN: Readonly<Record<SqlKind, readonly [type: SqlType, ...spellings: string[]] | undefined>> = {
  boolean: [{ kind: 'boolean' }, 'boolean'],
  tinyint: [{ kind: 'tinyint' }, 'tinyint'],
  smallint: [{ kind: 'smallint' }, 'smallint'],
  integer: [{ kind: 'integer' }, 'int', 'integer'],
  bigint: [{ kind: 'bigint' }, 'bigint', 'long'],
  real: [{ kind: 'real' }, 'real', 'float'],
  double: [{ kind: 'double' }, 'double', 'double precision'],
  decimal: [{ kind: 'decimal', precision: 38, scale: 0 }, 'decimal'],
  varchar: [{ kind: 'varchar' }, 'varchar', 'string'],
  char: [{ kind: 'char' }, 'char'],
  varbinary: [{ kind: 'varbinary' }, 'varbinary', 'binary'],
  date: [{ kind: 'date' }, 'date'],
  time: undefined,
  timestamp: [{ kind: 'timestamp', withTimeZone: true }, 'timestamp with local time zone'],
  interval: undefined,
  json: [{ kind: 'json' }, 'json'],
  uuid: [{ kind: 'uuid' }, 'uuid'],
  ipaddress: [{ kind: 'ipaddress' }, 'ipaddress'],
  array: undefined,
  map: undefined,
  row: undefined,
  null: [{ kind: 'null' }, 'unknown', 'void', 'null'],
  unknown: undefined,
}

const SPELLINGS: ReadonlyMap<string, SqlType> = new Map(
  Object.values(PLAIN).flatMap((plain) => {
    if (plain === undefined) return []
    const [type, ...spellings] = plain
    return spellings.map((spelling) => [spelling, type] as const)
  }),
)

/** `time(3)`, `timestamp`, `timestamp(6) with time zone` and their kin. */
const TEMPORAL =
  /^(time|timestamp)(?:\s*\(\s*(\d{1,2})\s*\))?(\s+with\s+time\s+zone|\s+without\s+time\s+zone)?$/
// No two neighbours here match the same character, so a long text is refused in one pass.
const INTERVAL = /^interval(?:[\s_]+([a-z]+(?:(?:\s+to\s+|_)[a-z]+)*))?$/
const PARAMETERS = /^(\w+)\s*([(<])(.*)[)>]$/s

/**
 * Parses one SQL type name of Trino (https://trino.io/docs/current/language/types.html), Presto or Hive
 * (https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types), in any case. An unknown name becomes
 * `{ kind: 'unknown', text }` and throws nothing, because a new type must not stop an export.
 */
export function parseType(text: string, depth = 0): SqlType {
  const trimmed = text.trim()
  const unknown: SqlType = { kind: 'unknown', text: trimmed }
  if (depth > MAX_DEPTH || text.length > MAX_TEXT) return unknown
  const lower = trimmed.toLowerCase()
  return SPELLINGS.get(lower) ?? parseTemporal(lower) ?? parseParametric(trimmed, depth) ?? unknown
}

function parseTemporal(lower: string): SqlType | undefined {
  const temporal = TEMPORAL.exec(lower)
  if (temporal !== null) {
    const kind = temporal[1] as 'time' | 'timestamp'
    const withTimeZone = /\swith\s/.test(temporal[3] ?? '')
    return temporal[2] === undefined
      ? { kind, withTimeZone }
      : { kind, precision: Number(temporal[2]), withTimeZone }
  }
  const interval = INTERVAL.exec(lower)
  return interval === null ? undefined : { kind: 'interval', unit: interval[1] ?? '' }
}

function parseParametric(text: string, depth: number): SqlType | undefined {
  const match = PARAMETERS.exec(text)
  if (match === null) return undefined
  const [, name = '', open, inner = ''] = match
  if (text.at(-1) !== (open === '(' ? ')' : '>')) return undefined
  const parts = splitTopLevel(inner)
  if (parts === undefined) return undefined
  switch (name.toLowerCase()) {
    case 'varchar':
    case 'char':
      return sized(name.toLowerCase() as 'varchar' | 'char', parts)
    case 'decimal':
    case 'numeric':
      return decimal(parts)
    case 'array':
      return parts.length === 1 ? { kind: 'array', element: parseType(parts[0]!, depth + 1) } : undefined
    case 'map':
      if (parts.length !== 2) return undefined
      return { kind: 'map', key: parseType(parts[0]!, depth + 1), value: parseType(parts[1]!, depth + 1) }
    case 'row':
      return { kind: 'row', fields: parts.map((part) => rowField(part, depth)) }
    case 'struct':
      return { kind: 'row', fields: parts.map((part) => structField(part, depth)) }
    default:
      return undefined
  }
}

function sized(kind: 'varchar' | 'char', parts: readonly string[]): SqlType | undefined {
  const length = wholeNumber(parts[0])
  return parts.length === 1 && length !== undefined ? { kind, length } : undefined
}

function decimal(parts: readonly string[]): SqlType | undefined {
  const precision = wholeNumber(parts[0])
  const scale = parts.length === 1 ? 0 : wholeNumber(parts[1])
  if (parts.length > 2 || precision === undefined || scale === undefined) return undefined
  return precision >= 1 && precision <= 38 && scale <= precision
    ? { kind: 'decimal', precision, scale }
    : undefined
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined
}

/** `name type`, `"a name" type`, or a type alone, which has to be a known one. */
function rowField(part: string, depth: number): RowField {
  const quoted = /^\s*"((?:[^"]|"")*)"\s+(.*)$/s.exec(part)
  if (quoted !== null)
    return { name: quoted[1]!.replaceAll('""', '"'), type: parseType(quoted[2]!, depth + 1) }
  const alone = parseType(part, depth + 1)
  const named = /^\s*([^\s(<]+)\s+(.*)$/s.exec(part)
  if (alone.kind !== 'unknown' || named === null) return { name: null, type: alone }
  return { name: named[1]!, type: parseType(named[2]!, depth + 1) }
}

/** Hive's `name:type`, or a type alone. */
function structField(part: string, depth: number): RowField {
  const named = /^([^:<(]+):(.*)$/s.exec(part)
  return named === null
    ? { name: null, type: parseType(part, depth + 1) }
    : { name: named[1]!.trim().replace(/^`(.*)`$/s, '$1'), type: parseType(named[2]!, depth + 1) }
}

/** Splits at the commas that are inside no bracket and no quoted name; `undefined` when brackets do not match. */
function splitTopLevel(text: string): string[] | undefined {
  const parts: string[] = []
  const open: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === '"') {
      i = text.indexOf('"', i + 1)
      if (i < 0) return undefined
    } else if (c === '(' || c === '<') {
      open.push(c === '(' ? ')' : '>')
    } else if (c === ')' || c === '>') {
      if (open.pop() !== c) return undefined
    } else if (c === ',' && open.length === 0) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return open.length === 0 && parts.every((part) => part.trim() !== '') ? parts : undefined
}
