import type { RowBlock } from '../../../model/row-block.js'
import { isNested, KIND_FAMILY, type NestedType, type SqlType } from '../../../model/schema.js'
import { skipValue, tokenAt } from '../../../rows/tokens.js'

/** The kinds of values seen in one place. */
class Seen {
  boolean = false
  integer = false
  /** An integer beyond int64. */
  unsigned = false
  double = false
  text = false
  binary = false
  timestamp = false
  other = false
  element: Seen | undefined
  key: Seen | undefined
  value: Seen | undefined
}

/**
 * Finds types for columns without one, from validated rows: a type that all their values fit. NULLs do not count; a
 * column of NULLs alone becomes text. Where no type fits, it is `undefined`, and the values are written as text.
 */
export class TypeInference {
  readonly #columns = new Map<number, Seen>()

  /** @param sources which cells of a row to look at */
  constructor(sources: Iterable<number>) {
    for (const source of sources) this.#columns.set(source, new Seen())
  }

  look({ bytes, rows }: RowBlock): void {
    let at = 0
    for (let row = 0; row < rows; row++) {
      const { count, next } = tokenAt(bytes, at)
      at = next
      for (let cell = 0; cell < count; cell++) {
        const seen = this.#columns.get(cell)
        at = seen === undefined ? skipValue(bytes, at) : look(bytes, at, seen)
      }
    }
  }

  /** The declared type with what it leaves open filled in. */
  type(source: number, declared: SqlType): SqlType | undefined {
    return fill(declared, this.#columns.get(source))
  }
}

/** Whether the type, or a part of it, is left open by the schema. */
export function isOpen(type: SqlType): boolean {
  if (isNested(type)) return partsOf(type).some(isOpen)
  return KIND_FAMILY[type.kind] === 'open'
}

function partsOf(type: NestedType): readonly SqlType[] {
  switch (type.kind) {
    case 'array':
      return [type.element]
    case 'map':
      return [type.key, type.value]
    case 'row':
      return type.fields.map((field) => field.type)
    default:
      return type satisfies never
  }
}

/** Anything, as text: for parts of a declared type that no type fits. */
const ANYTHING: SqlType = { kind: 'json' }

function fill(declared: SqlType, seen: Seen | undefined): SqlType | undefined {
  if (isNested(declared)) return fillParts(declared, seen)
  if (KIND_FAMILY[declared.kind] !== 'open') return declared
  return seen === undefined ? TEXT : typeOf(seen)
}

function fillParts(declared: NestedType, seen: Seen | undefined): SqlType {
  switch (declared.kind) {
    case 'array':
      return { kind: 'array', element: fill(declared.element, seen?.element) ?? ANYTHING }
    case 'map': {
      const key = fill(declared.key, seen?.key) ?? ANYTHING
      return { kind: 'map', key, value: fill(declared.value, seen?.value) ?? ANYTHING }
    }
    case 'row': {
      // The values seen do not tell the fields of a row apart.
      const fields = declared.fields.map(({ name, type }) => {
        return { name, type: KIND_FAMILY[type.kind] === 'open' ? ANYTHING : fill(type, undefined)! }
      })
      return { kind: 'row', fields }
    }
    default:
      return declared satisfies never
  }
}

/** Deeper values are not typed but written as text. */
const MAX_DEPTH = 64

/** Returns where the value ends. */
function look(bytes: Uint8Array, at: number, seen: Seen, depth = 0): number {
  if (depth > MAX_DEPTH) {
    seen.other = true
    return skipValue(bytes, at)
  }
  const token = tokenAt(bytes, at)
  switch (token.kind) {
    case 'nil':
    case 'never used':
      break
    case 'boolean':
      seen.boolean = true
      break
    case 'integer':
      seen.integer = true
      break
    case 'unsigned':
      seen.unsigned = true
      break
    case 'double':
      seen.double = true
      break
    case 'text':
      seen.text = true
      break
    case 'binary':
      seen.binary = true
      break
    case 'timestamp':
      seen.timestamp = true
      break
    case 'array': {
      seen.element ??= new Seen()
      let next = token.next
      for (let i = 0; i < token.count; i++) next = look(bytes, next, seen.element, depth + 1)
      return next
    }
    case 'map': {
      seen.key ??= new Seen()
      seen.value ??= new Seen()
      let next = token.next
      for (let i = 0; i < token.count; i++) {
        next = look(bytes, look(bytes, next, seen.key, depth + 1), seen.value, depth + 1)
      }
      return next
    }
    case 'extension':
      seen.other = true
      break
    default:
      token.kind satisfies never
  }
  return token.next
}

const TEXT: SqlType = { kind: 'varchar' }

function typeOf(seen: Seen): SqlType | undefined {
  if (seen.other) return undefined
  const { integer, unsigned, double, element, key, value } = seen
  const numeric = integer || unsigned || double
  const found = [seen.boolean, numeric, seen.text, seen.binary, seen.timestamp, element, key].filter(Boolean)
  if (found.length === 0) return TEXT
  if (found.length > 1)
    return seen.text && seen.binary && found.length === 2 ? { kind: 'varbinary' } : undefined
  if (seen.boolean) return { kind: 'boolean' }
  if (seen.text) return TEXT
  if (seen.binary) return { kind: 'varbinary' }
  if (seen.timestamp) return { kind: 'timestamp', withTimeZone: true }
  if (element !== undefined) {
    const type = typeOf(element)
    return type === undefined ? undefined : { kind: 'array', element: type }
  }
  if (key !== undefined) {
    const [keyType, valueType] = [typeOf(key), typeOf(value!)]
    return keyType === undefined || valueType === undefined
      ? undefined
      : { kind: 'map', key: keyType, value: valueType }
  }
  if (!unsigned) return double ? { kind: 'double' } : { kind: 'bigint' }
  // 2^64 - 1 has 20 digits. Among doubles it would lose some of them.
  return double ? undefined : { kind: 'decimal', precision: 20, scale: 0 }
}
