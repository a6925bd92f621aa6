import { KIND_FAMILY, type SqlType } from '../../model/schema.js'
import { fieldNames } from '../../model/unique-names.js'
import { parseJson, toJson } from '../../rows/json.js'
import type { Value } from '../../rows/reader.js'
import { parseType } from '../../schema/type-parser.js'
import { momentOf } from '../tables/guess.js'
import { canonicalNumber, canonicalOf } from '../tables/number-text.js'
import type { DataColumn, OpenTable } from '../tables/table.js'

/** One text for equal values of two tables, whatever formats they are in; null for NULL. */
export type Canonical = (cell: Value) => string | null

const TIME_OF_DAY = /^(\d\d:\d\d:\d\d)(?:\.(\d*?)0*)?$/

/** How cells of a column are made comparable that two tables share. */
export function canonicalFor(
  a: ComparedColumn,
  b: ComparedColumn,
): { readonly a: Canonical; readonly b: Canonical } {
  const type = commonType(a, b)
  return { a: canonicalOfColumn(a.column, type), b: canonicalOfColumn(b.column, type) }
}

/** A column, and the format that it comes from. */
export interface ComparedColumn {
  readonly column: DataColumn
  readonly format: OpenTable['format']
}

/** A declared type counts more than a guess, and JSON more than CSV; two files of cells that are texts are compared as texts. */
function commonType(a: ComparedColumn, b: ComparedColumn): SqlType {
  const areTexts = ({ format }: ComparedColumn) => format === 'csv' || format === 'tsv'
  if (areTexts(a) && areTexts(b)) return { kind: 'varchar' }
  const isWeaker = a.column.isGuessed && (!b.column.isGuessed || areTexts(a))
  const [first, second] = isWeaker ? [b, a] : [a, b]
  const [type, other] = [parseType(first.column.type), parseType(second.column.type)]
  // A number of JSON that no double holds is a text here, which may look like one of another file.
  const isText = KIND_FAMILY[type.kind] === 'text' && type.kind !== 'json' && first.column.isGuessed
  return KIND_FAMILY[type.kind] === 'open' || isText ? other : type
}

function canonicalOfColumn({ units }: DataColumn, type: SqlType): Canonical {
  return (cell) => {
    if (cell === null) return null
    return canonicalValue(units !== undefined && typeof cell === 'bigint' ? units.text(cell) : cell, type)
  }
}

/** Numbers have one text for one value, moments for one instant, nested values for the same members. */
function canonicalValue(value: Value, type: SqlType): string {
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'bigint') return canonicalOf(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return momentText(BigInt(value.getTime()) * 1_000_000n)
  if (typeof value === 'boolean') return String(value)
  switch (type.kind) {
    case 'json':
    case 'array':
    case 'map':
    case 'row':
      return nestedText(value, type)
    case 'boolean':
      return typeof value === 'string' && /^(?:true|false)$/i.test(value)
        ? value.toLowerCase()
        : plainText(value)
    default:
      if (typeof value !== 'string') return nestedText(value, type)
      // With zeros in front it is a code, which another text of the same number is not.
      if (KIND_FAMILY[type.kind] === 'number')
        return /^[+-]?0\d/.test(value) ? value : (canonicalNumber(value) ?? value)
      return KIND_FAMILY[type.kind] === 'time' ? timeText(value) : value
  }
}

function plainText(value: Value): string {
  return typeof value === 'string' ? value : nestedText(value, { kind: 'json' })
}

function timeText(text: string): string {
  const moment = momentOf(text)
  if (moment !== undefined) return momentText(moment)
  const [, seconds, fraction = ''] = TIME_OF_DAY.exec(text) ?? []
  return seconds === undefined ? text : `${seconds}${fraction && `.${fraction}`}`
}

function momentText(nanoseconds: bigint): string {
  return `${nanoseconds} ns`
}

/** As JSON, with members of maps and rows in the order of their names. Texts are read as JSON first, as CSV has nested values. */
function nestedText(value: Value, type: SqlType): string {
  const parsed = typeof value === 'string' ? parseJson(value, 'bigint') : value
  return parsed === undefined ? String(value) : itemText(parsed, type)
}

function itemText(value: Value, type: SqlType): string {
  if (value === null) return 'null'
  if (type.kind === 'row' && Array.isArray(value)) {
    const names = fieldNames(type.fields)
    return itemText(Object.fromEntries(value.map((item, i) => [names[i] ?? String(i), item])), type)
  }
  if (Array.isArray(value)) {
    const element: SqlType = type.kind === 'array' ? type.element : OPEN
    return `[${value.map((item) => itemText(item, element)).join(',')}]`
  }
  const isLeaf = typeof value !== 'object' || value instanceof Uint8Array || value instanceof Date
  if (!isLeaf) return membersText(value as Map<Value, Value> | Record<string, Value>, type)
  return JSON.stringify(canonicalValue(value, type))
}

const OPEN: SqlType = { kind: 'unknown', text: '' }

function membersText(value: Map<Value, Value> | Record<string, Value>, type: SqlType): string {
  const typeOf = (name: string): SqlType => {
    if (type.kind === 'map') return type.value
    if (type.kind !== 'row') return OPEN
    return type.fields[fieldNames(type.fields).indexOf(name)]?.type ?? OPEN
  }
  const pairs = value instanceof Map ? [...value] : Object.entries(value)
  const members = pairs.map(([key, item]) => {
    const name = typeof key === 'string' ? key : canonicalValue(key, type.kind === 'map' ? type.key : OPEN)
    return `${JSON.stringify(name)}:${itemText(item, typeOf(name))}`
  })
  return `{${members.sort().join(',')}}`
}

/** Whether two declared types differ in more than a format may keep: lengths of texts and precisions of times are often lost. */
export function typesDiffer(a: DataColumn, b: DataColumn): boolean {
  if (a.isGuessed || b.isGuessed) return false
  const [first, second] = [parseType(a.type), parseType(b.type)]
  const isOpen = [first, second].some(({ kind }) => KIND_FAMILY[kind] === 'open')
  return !isOpen && familyText(first) !== familyText(second)
}

function familyText(type: SqlType): string {
  switch (type.kind) {
    case 'varchar':
    case 'char':
    case 'json':
    case 'uuid':
    case 'ipaddress':
    case 'interval':
      return 'text'
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'time':
      return type.withTimeZone ? 'text' : 'time'
    case 'timestamp':
      return type.withTimeZone ? 'timestamp with time zone' : 'timestamp'
    case 'array':
      return `array(${familyText(type.element)})`
    case 'map':
      return `map(${familyText(type.key)},${familyText(type.value)})`
    case 'row':
      return `row(${fieldNames(type.fields).map((name, i) => `${name} ${familyText(type.fields[i]!.type)}`)})`
    default:
      return type.kind
  }
}

/** A cell as people read it. */
export function textOfCell(cell: Value, { units }: DataColumn): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'bigint' && units !== undefined) return units.text(cell)
  return cell instanceof Date && !Number.isNaN(cell.getTime()) ? cell.toISOString() : toJson(cell)
}
