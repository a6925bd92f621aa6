import { SluiceError } from '../../errors.js'
import type { SqlType } from '../../model/schema.js'
import { fieldNames } from '../../model/unique-names.js'
import { KIND } from '../numbers.js'

/** Kinds of the nodes of a column. */
export type KindName = keyof typeof KIND

/** Kinds of nodes that hold nodes; the others, leaves, hold values. */
type GroupKind = 'list' | 'map' | 'row'
export type LeafKind = Exclude<KindName, GroupKind>

interface Node<Kind extends KindName> {
  readonly kind: Kind
  /** A key of a map: there is one wherever there is a pair. All else may be NULL. */
  readonly required: boolean
  /** The definition level of a value that is there. */
  readonly definition: number
  /** The repetition level of leaves; of lists and maps that of their further elements. */
  readonly repetition: number
  /** Of decimals. */
  readonly precision: number
  /** Of decimals; of timestamps how many decimals of a second a unit is: 3, 6 or 9. */
  readonly scale: number
  /** Of a row, one a child. */
  readonly names: readonly string[]
  /** The element of a list, key and value of a map, the fields of a row. */
  readonly children: readonly ColumnNode[]
}

/** A node that holds values: one column of Parquet. */
export type LeafNode = Node<LeafKind>

/**
 * A column, or a part of a nested one, as columnar formats see it. Levels are those of the Dremel paper: see
 * https://github.com/apache/parquet-format#nested-encoding.
 */
export type ColumnNode = LeafNode | Node<GroupKind>

export function isLeaf(node: ColumnNode): node is LeafNode {
  return KIND[node.kind] < KIND.list
}

/** Where in a column a node stands. */
interface Place {
  readonly definition: number
  readonly repetition: number
  readonly required: boolean
}

const TOP: Place = { definition: 0, repetition: 0, required: false }

/** How columns are stored that not every reader takes. */
export interface Representation {
  readonly uuid: 'uuid' | 'text'
  /** Of a time of day without a time zone. */
  readonly time: 'time' | 'text'
  /** Decimals of a second in the unit of a timestamp, by those of its type, if it says so. */
  timestamp(precision: number | undefined): 3 | 6 | 9
  /** Whether the reader takes `a` and `A` for one name. */
  readonly ignoresCase: boolean
}

/** The variant that Arrow, DuckDB and most others support. */
export const PLAIN_TYPES: Representation = {
  uuid: 'uuid',
  time: 'time',
  timestamp: () => 6,
  ignoresCase: false,
}

/** The most levels that fit a byte. */
const MAX_LEVEL = 255

/**
 * The tree of a column of that type. What the format has no type for is kept as text, with nothing lost: intervals,
 * IP addresses, times with a time zone.
 *
 * @throws SluiceError `E_INTERNAL` for an unknown type: those are to be inferred first. `E_LIMIT_DEPTH` when levels
 * do not fit a byte.
 */
export function columnTree(
  type: SqlType,
  representation: Representation = PLAIN_TYPES,
  place: Place = TOP,
): ColumnNode {
  const definition = place.definition + (place.required ? 0 : 1)
  const { repetition, required } = place
  if (definition > MAX_LEVEL - 2)
    throw new SluiceError('E_LIMIT_DEPTH', 'a type is nested too deep for Parquet')
  const node = (kind: KindName, more: Partial<ColumnNode> = {}): ColumnNode => {
    return {
      kind,
      required,
      definition,
      repetition,
      precision: 0,
      scale: 0,
      names: [],
      children: [],
      ...more,
    } as ColumnNode
  }
  const inside = { definition: definition + 1, repetition: repetition + 1, required: false }
  switch (type.kind) {
    case 'array':
      return node('list', {
        repetition: repetition + 1,
        children: [columnTree(type.element, representation, inside)],
      })
    case 'map': {
      const key = columnTree(type.key, representation, { ...inside, required: true })
      return node('map', {
        repetition: repetition + 1,
        children: [key, columnTree(type.value, representation, inside)],
      })
    }
    case 'row': {
      const names = fieldNames(type.fields)
      const children = type.fields.map((field) =>
        columnTree(field.type, representation, { definition, repetition, required: false }),
      )
      return node('row', { names, children })
    }
    case 'decimal': {
      const { precision, scale } = type
      return node(precision <= 9 ? 'decimal32' : precision <= 18 ? 'decimal64' : 'decimal128', {
        precision,
        scale,
      })
    }
    case 'varbinary':
      return node('binary')
    case 'time':
      return node(type.withTimeZone ? 'text' : representation.time)
    case 'timestamp':
      return node(type.withTimeZone ? 'timestampWithZone' : 'timestamp', {
        scale: representation.timestamp(type.precision),
      })
    case 'varchar':
    case 'char':
    case 'interval':
    case 'ipaddress':
      return node('text')
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double':
    case 'json':
    case 'date':
      return node(type.kind)
    case 'uuid':
      return node(representation.uuid)
    case 'unknown':
    case 'null':
      throw new SluiceError('E_INTERNAL', 'a column of unknown type was not inferred')
    default:
      return type satisfies never
  }
}

/** The leaves of a column, from left to right: the order in which Parquet has its column chunks. */
export function leavesOf(node: ColumnNode): LeafNode[] {
  return isLeaf(node) ? [node] : node.children.flatMap(leavesOf)
}
