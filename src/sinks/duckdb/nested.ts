import { Buffer } from 'node:buffer'
import { packJson } from '../../kernel/columns/json-cells.js'
import { columnTree } from '../../kernel/columns/tree.js'
import { isNested, type SqlType } from '../../model/schema.js'
import { fieldNames } from '../../model/unique-names.js'
import { isExtension } from '../../rows/extension.js'
import { createRowReader, type Value } from '../../rows/reader.js'
import type { Given, TableCell, ToCell } from '../tables/cell.js'
import { cellsFor } from '../tables/cells-for.js'
import type { Holds } from '../tables/column.js'
import { type DuckDbNested, nestedType } from './nested-types.js'

/** The values that a type of DuckDB can hold, by its text. */
type HoldsOf = (typeText: string) => Holds

/**
 * A value for a list, map or struct, as `DuckDbNested` says: its parts as texts, which DuckDB casts to their types one by one. Those of
 * a struct are in the order of its fields.
 */
export type NestedPart =
  | null
  | string
  | readonly NestedPart[]
  | { readonly pairs: readonly (readonly [key: NestedPart, value: NestedPart])[] }

/** Values for lists, structs and maps; each part is exact or none is. */
export function nestedCell(nested: DuckDbNested, type: SqlType, holdsOf: HoldsOf): ToCell {
  const toPart = nestedPart(nested, type, holdsOf)
  const toCell = (value: Given) => {
    const own = toPart(value)
    return own === undefined ? undefined : { own }
  }
  return (value) => {
    if (typeof value !== 'string') return toCell(value)
    // As the API sends cells of columns whose type was set to an array or a map in its console.
    const read = isNested(type) ? readJson(value, type) : undefined
    return read === undefined || read === null ? undefined : toCell(read)
  }
}

/** A part; `undefined` where its place cannot hold it exactly. */
type ToPart = (value: Given) => NestedPart | undefined

const UNKNOWN: SqlType = { kind: 'unknown', text: '' }

function partOf(typeText: string, type: SqlType, holdsOf: HoldsOf): ToPart {
  const nested = nestedType(typeText)
  if (nested !== undefined) return nestedPart(nested, type, holdsOf)
  const toCell = cellsFor(holdsOf(typeText), type)
  return (value) => {
    const cell = toCell(value)
    return cell === undefined ? undefined : textOf(cell)
  }
}

function nestedPart(nested: DuckDbNested, type: SqlType, holdsOf: HoldsOf): ToPart {
  switch (nested.kind) {
    case 'list': {
      const element = partOf(nested.element, type.kind === 'array' ? type.element : UNKNOWN, holdsOf)
      return (value) => {
        if (!Array.isArray(value) || value.length !== (nested.length ?? value.length)) return undefined
        return allOf(value.map((item) => orNull(item, element)))
      }
    }
    case 'map': {
      const [keyType, valueType] = type.kind === 'map' ? [type.key, type.value] : [UNKNOWN, UNKNOWN]
      const toKey = partOf(nested.key, keyType, holdsOf)
      const toValue = partOf(nested.value, valueType, holdsOf)
      return (value) => {
        const given = pairsOf(value)
        const keys = allOf(given?.map(([key]) => (key === null ? undefined : toKey(key))))
        const values = allOf(given?.map(([, item]) => orNull(item, toValue)))
        return keys && values && { pairs: keys.map((key, i) => [key, values[i]!] as const) }
      }
    }
    case 'struct':
      return structPart(nested.fields, type, holdsOf)
    default:
      return nested satisfies never
  }
}

/** Rows come as arrays of their fields, which the type of the result names, or as maps; fields that a map lacks are NULL. */
function structPart(
  fields: readonly (readonly [name: string, type: string])[],
  type: SqlType,
  holdsOf: HoldsOf,
): ToPart {
  const given = type.kind === 'row' ? fieldNames(type.fields) : undefined
  const known = fields.map(([name, typeText]) => {
    const at = given?.indexOf(name) ?? -1
    const fieldType = type.kind === 'row' && at >= 0 ? type.fields[at]!.type : UNKNOWN
    return { name, at, toPart: partOf(typeText, fieldType, holdsOf) }
  })
  const fitsByPlace = given?.length === fields.length && known.every(({ at }) => at >= 0)
  const names = new Set<Value>(fields.map(([name]) => name))
  return (value) => {
    if (Array.isArray(value)) {
      if (!fitsByPlace || value.length !== fields.length) return undefined
      return allOf(known.map(({ at, toPart }) => orNull(value[at]!, toPart)))
    }
    const pairs = pairsOf(value)
    if (pairs === undefined || !pairs.every(([name]) => names.has(name))) return undefined
    const byName = new Map(pairs)
    return allOf(known.map(({ name, toPart }) => orNull(byName.get(name) ?? null, toPart)))
  }
}

function orNull(value: Value, toPart: ToPart): NestedPart | undefined {
  return value === null ? null : toPart(value)
}

function allOf(parts: readonly (NestedPart | undefined)[] | undefined): NestedPart[] | undefined {
  return parts?.includes(undefined) ? undefined : (parts as NestedPart[] | undefined)
}

/** The pairs of a map; of anything else none. */
function pairsOf(value: Given): [Value, Value][] | undefined {
  if (value instanceof Map) return [...value]
  const isObject = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
  if (!isObject || value instanceof Date || isExtension(value)) return undefined
  return Object.entries(value as { [key: string]: Value })
}

function textOf(cell: TableCell): string | undefined {
  if (typeof cell === 'object' && 'own' in cell) return undefined
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('hex').replace(/../g, '\\x$&')
  return Object.is(cell, -0) ? '-0' : String(cell)
}

const readCell = createRowReader(
  { schema: { columns: [], inferred: false }, columns: [{ source: 0, name: '', type: { kind: 'null' } }] },
  { shape: 'array', int64: 'bigint', keepTimes: true },
)

/** JSON as a value of that type, with all digits of its numbers; `undefined` for other texts, and for a type that is open. */
function readJson(text: string, type: SqlType): Value | undefined {
  if (isOpenType(type)) return undefined
  const packed = packJson(text, columnTree(type))
  if (packed === undefined) return undefined
  const bytes = Buffer.concat([Buffer.of(0x91), packed])
  return readCell({ bytes, rows: 1, firstRow: 0 }).rows[0]![0]
}

function isOpenType(type: SqlType): boolean {
  switch (type.kind) {
    case 'array':
      return isOpenType(type.element)
    case 'map':
      return isOpenType(type.key) || isOpenType(type.value)
    case 'row':
      return type.fields.some((field) => isOpenType(field.type))
    default:
      return type.kind === 'unknown' || type.kind === 'null'
  }
}
