import { type ColumnNode, isLeaf, type LeafNode } from '../../../kernel/columns/tree.js'
import { CONVERTED, LOGICAL, PHYSICAL, REPETITION, TIME_UNIT } from './format.js'
import type { ThriftWriter } from './thrift.js'

/** A leaf in the file: its physical type and its logical type. */
interface LeafType {
  readonly physical: number
  /** Bytes, of the fixed-length type. */
  readonly length?: number
  /** The older annotation, for readers that do not know logical types. */
  readonly converted?: number
  readonly decimal?: { readonly precision: number; readonly scale: number }
  readonly logical?: (thrift: ThriftWriter) => void
}

/** An element of the flat list that is the schema: groups come before their children. */
interface Element {
  readonly name: string
  readonly repetition?: number
  readonly children?: number
  readonly leaf?: LeafType
  readonly node?: ColumnNode
}

/** Writes field 2 of `FileMetaData`: the schema of columns with unique names. */
export function writeSchema(
  thrift: ThriftWriter,
  names: readonly string[],
  columns: readonly ColumnNode[],
  marksJson: boolean,
): void {
  const elements: Element[] = [{ name: 'schema', children: columns.length }]
  columns.forEach((column, i) => {
    elements.push(...elementsOf(names[i]!, column, marksJson))
  })
  thrift.structs(2, elements, (element) => writeElement(thrift, element))
}

/**
 * Lists and maps have three levels, as
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types wants them.
 */
function elementsOf(name: string, node: ColumnNode, marksJson: boolean): Element[] {
  const repetition = node.required ? REPETITION.REQUIRED : REPETITION.OPTIONAL
  const { children } = node
  if (isLeaf(node)) {
    const leaf = marksJson && node.kind === 'json' ? JSON_TEXT : leafType(node)
    return [{ name, repetition, leaf }]
  }
  switch (node.kind) {
    case 'list':
      return [
        { name, repetition, children: 1, node },
        { name: 'list', repetition: REPETITION.REPEATED, children: 1 },
        ...elementsOf('element', children[0]!, marksJson),
      ]
    case 'map':
      return [
        { name, repetition, children: 1, node },
        { name: 'key_value', repetition: REPETITION.REPEATED, children: 2 },
        ...elementsOf('key', children[0]!, marksJson),
        ...elementsOf('value', children[1]!, marksJson),
      ]
    case 'row':
      return [
        { name, repetition, children: children.length },
        ...children.flatMap((child, i) => elementsOf(node.names[i]!, child, marksJson)),
      ]
    default:
      return node satisfies never
  }
}

/** The paths of a column's leaves, in the same order. */
export function leafPaths(name: string, node: ColumnNode): string[][] {
  const below = (child: ColumnNode, ...names: string[]) =>
    leafPaths(names.at(-1)!, child).map((path) => [name, ...names.slice(0, -1), ...path])
  const [first, second] = node.children
  if (node.kind === 'list') return below(first!, 'list', 'element')
  if (node.kind === 'map')
    return [...below(first!, 'key_value', 'key'), ...below(second!, 'key_value', 'value')]
  if (node.kind === 'row') return node.children.flatMap((child, i) => below(child, node.names[i]!))
  return [[name]]
}

function writeElement(thrift: ThriftWriter, element: Element): void {
  const { leaf, node } = element
  if (leaf !== undefined) thrift.i32(1, leaf.physical)
  if (leaf?.length !== undefined) thrift.i32(2, leaf.length)
  if (element.repetition !== undefined) thrift.i32(3, element.repetition)
  thrift.binary(4, element.name)
  if (element.children !== undefined) thrift.i32(5, element.children)
  if (node !== undefined) {
    const isMap = node.kind === 'map'
    thrift.i32(6, isMap ? CONVERTED.MAP : CONVERTED.LIST)
    thrift.struct(10, () => thrift.struct(isMap ? LOGICAL.MAP : LOGICAL.LIST, () => {}))
  }
  if (leaf?.converted === undefined && leaf?.logical === undefined) return
  if (leaf.converted !== undefined) thrift.i32(6, leaf.converted)
  if (leaf.decimal !== undefined) thrift.i32(7, leaf.decimal.scale).i32(8, leaf.decimal.precision)
  thrift.struct(10, () => leaf.logical!(thrift))
}

const empty = (union: number) => (thrift: ThriftWriter) => void thrift.struct(union, () => {})

const integer = (bits: number) => (thrift: ThriftWriter) =>
  void thrift.struct(LOGICAL.INTEGER, () => thrift.i8(1, bits).bool(2, true))

/** Times and timestamps without a zone are those of some clock, with one they are instants of UTC. */
const temporal = (union: number, isAdjustedToUtc: boolean, decimals: number) => (thrift: ThriftWriter) =>
  void thrift.struct(union, () => {
    thrift.bool(1, isAdjustedToUtc).struct(2, () => thrift.struct(TIME_UNIT[decimals]!, () => {}))
  })

const TEXT: LeafType = {
  physical: PHYSICAL.BYTE_ARRAY,
  converted: CONVERTED.UTF8,
  logical: empty(LOGICAL.STRING),
}

const JSON_TEXT: LeafType = {
  physical: PHYSICAL.BYTE_ARRAY,
  converted: CONVERTED.JSON,
  logical: empty(LOGICAL.JSON),
}

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md, the older annotations included. */
function leafType(node: LeafNode): LeafType {
  switch (node.kind) {
    case 'boolean':
      return { physical: PHYSICAL.BOOLEAN }
    case 'tinyint':
      return { physical: PHYSICAL.INT32, converted: CONVERTED.INT_8, logical: integer(8) }
    case 'smallint':
      return { physical: PHYSICAL.INT32, converted: CONVERTED.INT_16, logical: integer(16) }
    case 'integer':
      return { physical: PHYSICAL.INT32, converted: CONVERTED.INT_32, logical: integer(32) }
    case 'bigint':
      return { physical: PHYSICAL.INT64, converted: CONVERTED.INT_64, logical: integer(64) }
    case 'real':
      return { physical: PHYSICAL.FLOAT }
    case 'double':
      return { physical: PHYSICAL.DOUBLE }
    case 'binary':
      return { physical: PHYSICAL.BYTE_ARRAY }
    case 'uuid':
      return { physical: PHYSICAL.FIXED_LEN_BYTE_ARRAY, length: 16, logical: empty(LOGICAL.UUID) }
    case 'date':
      return { physical: PHYSICAL.INT32, converted: CONVERTED.DATE, logical: empty(LOGICAL.DATE) }
    case 'time':
      return {
        physical: PHYSICAL.INT64,
        converted: CONVERTED.TIME_MICROS,
        logical: temporal(LOGICAL.TIME, false, 6),
      }
    case 'timestamp':
    case 'timestampWithZone':
      return {
        physical: PHYSICAL.INT64,
        // The older annotations know no nanoseconds.
        ...(node.scale !== 9 && {
          converted: node.scale === 3 ? CONVERTED.TIMESTAMP_MILLIS : CONVERTED.TIMESTAMP_MICROS,
        }),
        logical: temporal(LOGICAL.TIMESTAMP, node.kind === 'timestampWithZone', node.scale),
      }
    case 'decimal32':
      return { physical: PHYSICAL.INT32, ...decimalType(node) }
    case 'decimal64':
      return { physical: PHYSICAL.INT64, ...decimalType(node) }
    case 'decimal128':
      return {
        physical: PHYSICAL.FIXED_LEN_BYTE_ARRAY,
        length: decimalBytes(node.precision),
        ...decimalType(node),
      }
    case 'text':
    case 'json':
      return TEXT
    default:
      return node.kind satisfies never
  }
}

/** The physical type of a leaf, as its column chunks name it. */
export function physicalType(node: LeafNode): number {
  return leafType(node).physical
}

function decimalType({ precision, scale }: LeafNode) {
  return {
    converted: CONVERTED.DECIMAL,
    decimal: { precision, scale },
    logical: (thrift: ThriftWriter) =>
      void thrift.struct(LOGICAL.DECIMAL, () => thrift.i32(1, scale).i32(2, precision)),
  }
}

/** The fewest bytes whose two's complement holds every decimal of that precision. */
function decimalBytes(precision: number): number {
  return Math.floor((precision * Math.log2(10) + 1) / 8) + 1
}
