import { type ColumnNode, isLeaf, type LeafNode } from '../../../kernel/columns/tree.js'
import type { FileColumn } from '../columns/file-plan.js'
import type { FlatBuffer, FlatField, FlatOffset } from './flatbuffer.js'

// Numbers of https://github.com/apache/arrow/blob/main/format/Schema.fbs

/** The union `Type`. */
const TYPE = {
  int: 2,
  floatingPoint: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeBinary: 15,
  map: 17,
} as const

const MICROSECOND = 2

interface FieldType {
  readonly type: number
  readonly fields: readonly FlatField[]
  /** A type made of another one: https://arrow.apache.org/docs/format/CanonicalExtensions.html */
  readonly extension?: string
}

/** Writes the table `Schema`. */
export function writeSchemaTable(
  flat: FlatBuffer,
  columns: readonly FileColumn[],
  metadata: Readonly<Record<string, string>>,
): FlatOffset {
  const fields = flat.offsets(columns.map(({ name, tree }) => writeField(flat, name, tree)))
  const texts = writeTexts(flat, metadata)
  return flat.table(['i16', 0], ['offset', fields], ['offset', texts])
}

/** Writes a table `Field`. */
function writeField(flat: FlatBuffer, name: string, node: ColumnNode): FlatOffset {
  const children = flat.offsets(writeChildren(flat, node))
  return writeFieldTable(flat, name, !node.required, typeOf(flat, node), children)
}

function writeChildren(flat: FlatBuffer, node: ColumnNode): FlatOffset[] {
  const [first, second] = node.children
  switch (node.kind) {
    case 'list':
      return [writeField(flat, 'item', first!)]
    case 'map': {
      const pair = flat.offsets([writeField(flat, 'key', first!), writeField(flat, 'value', second!)])
      return [writeFieldTable(flat, 'entries', false, { type: TYPE.struct, fields: [] }, pair)]
    }
    case 'row':
      return node.children.map((child, i) => writeField(flat, node.names[i]!, child))
    default:
      return []
  }
}

function writeFieldTable(
  flat: FlatBuffer,
  name: string,
  isNullable: boolean,
  { type, fields, extension }: FieldType,
  children: FlatOffset,
): FlatOffset {
  const metadata =
    extension && writeTexts(flat, { 'ARROW:extension:name': extension, 'ARROW:extension:metadata': '' })
  const table = flat.table(...fields)
  return flat.table(
    ['offset', flat.text(name)],
    ['i8', Number(isNullable)],
    ['i8', type],
    ['offset', table],
    undefined,
    ['offset', children],
    metadata ? ['offset', metadata] : undefined,
  )
}

function writeTexts(flat: FlatBuffer, texts: Readonly<Record<string, string>>): FlatOffset {
  const pairs = Object.entries(texts).map(([key, value]) =>
    flat.table(['offset', flat.text(key)], ['offset', flat.text(value)]),
  )
  return flat.offsets(pairs)
}

function typeOf(flat: FlatBuffer, node: ColumnNode): FieldType {
  if (isLeaf(node)) return leafType(flat, node)
  switch (node.kind) {
    case 'list':
      return { type: TYPE.list, fields: [] }
    case 'map':
      return { type: TYPE.map, fields: [['i8', 0]] }
    case 'row':
      return { type: TYPE.struct, fields: [] }
    default:
      return node satisfies never
  }
}

function leafType(flat: FlatBuffer, node: LeafNode): FieldType {
  switch (node.kind) {
    case 'boolean':
      return { type: TYPE.bool, fields: [] }
    case 'tinyint':
      return integer(8)
    case 'smallint':
      return integer(16)
    case 'integer':
      return integer(32)
    case 'bigint':
      return integer(64)
    case 'real':
      return { type: TYPE.floatingPoint, fields: [['i16', 1]] }
    case 'double':
      return { type: TYPE.floatingPoint, fields: [['i16', 2]] }
    case 'text':
    case 'json':
      return { type: TYPE.utf8, fields: [] }
    case 'binary':
      return { type: TYPE.binary, fields: [] }
    case 'uuid':
      return { type: TYPE.fixedSizeBinary, fields: [['i32', 16]], extension: 'arrow.uuid' }
    case 'date':
      return { type: TYPE.date, fields: [['i16', 0]] }
    case 'time':
      return {
        type: TYPE.time,
        fields: [
          ['i16', MICROSECOND],
          ['i32', 64],
        ],
      }
    case 'timestamp':
      return { type: TYPE.timestamp, fields: [['i16', MICROSECOND]] }
    case 'timestampWithZone':
      return {
        type: TYPE.timestamp,
        fields: [
          ['i16', MICROSECOND],
          ['offset', flat.text('UTC')],
        ],
      }
    case 'decimal32':
    case 'decimal64':
    case 'decimal128':
      return {
        type: TYPE.decimal,
        fields: [
          ['i32', node.precision],
          ['i32', node.scale],
          ['i32', 128],
        ],
      }
    default:
      return node.kind satisfies never
  }
}

function integer(bits: number): FieldType {
  return {
    type: TYPE.int,
    fields: [
      ['i32', bits],
      ['i8', 1],
    ],
  }
}
