import { arrayOf, char, decimal, LONGEST_CHAR, mapOf, type Type } from './type.js'

/** Whole numbers, from narrow to wide, and how many digits they have. */
const DIGITS: Readonly<Partial<Record<Type['kind'], number>>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
}
const NUMBERS: readonly Type['kind'][] = [
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'decimal',
  'real',
  'double',
]

export const isInteger = ({ kind }: Type): boolean => kind in DIGITS
export const isNumeric = ({ kind }: Type): boolean => NUMBERS.includes(kind)
export const isFloating = ({ kind }: Type): boolean => kind === 'real' || kind === 'double'

/** A whole number as the decimal that holds all its values. */
export function asDecimal(type: Type): { precision: number; scale: number } | undefined {
  if (type.kind === 'decimal') return type
  const digits = DIGITS[type.kind]
  return digits === undefined ? undefined : { precision: digits, scale: 0 }
}

function commonNumber(a: Type, b: Type): Type {
  if (isFloating(a) || isFloating(b)) return NUMBERS.indexOf(a.kind) > NUMBERS.indexOf(b.kind) ? a : b
  if (isInteger(a) && isInteger(b)) return DIGITS[a.kind]! >= DIGITS[b.kind]! ? a : b
  const [left, right] = [asDecimal(a)!, asDecimal(b)!]
  const scale = Math.max(left.scale, right.scale)
  return decimal(Math.max(left.precision - left.scale, right.precision - right.scale) + scale, scale)
}

const TIMES: readonly Type['kind'][] = ['date', 'timestamp', 'timestamp with time zone']

function commonTime(a: Type, b: Type): Type {
  const [low, high] = TIMES.indexOf(a.kind) <= TIMES.indexOf(b.kind) ? [a, b] : [b, a]
  const precision = Math.max('precision' in low ? low.precision : 0, 'precision' in high ? high.precision : 0)
  if (high.kind === 'timestamp') return { ...high, precision }
  if (high.kind !== 'timestamp with time zone') return high
  // A time without a zone is one of the session's, which is UTC.
  const other = low.kind === 'timestamp with time zone' ? low.zone : 'UTC'
  return { ...high, precision, zone: other === high.zone ? other : undefined }
}

/** The type to which both coerce by themselves; `undefined` where Trino wants a cast. */
export function common(a: Type, b: Type): Type | undefined {
  if (a.kind === 'unknown') return b
  if (b.kind === 'unknown') return a
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b)
  if (TIMES.includes(a.kind) && TIMES.includes(b.kind)) return commonTime(a, b)
  if (a.kind === 'time' && b.kind === 'time') return a.precision >= b.precision ? a : b
  const texts = commonChar(a, b)
  if (texts) return texts
  if (a.kind === 'varchar' && b.kind === 'varchar') {
    if (a.length === undefined || b.length === undefined) return { kind: 'varchar' }
    const longer = a.length >= b.length ? a : b
    return a.literal || b.literal ? { ...longer, literal: true } : longer
  }
  if (a.kind === 'array' && b.kind === 'array') {
    const of = common(a.of, b.of)
    return of && arrayOf(of)
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const [key, value] = [common(a.key, b.key), common(a.value, b.value)]
    return key && value && mapOf(key, value)
  }
  if (a.kind === 'row' && b.kind === 'row') return commonRow(a, b)
  return a.kind === b.kind ? a : undefined
}

/** A varchar becomes a char beside one, never the other way round. */
function commonChar(a: Type, b: Type): Type | undefined {
  if (a.kind !== 'char' && b.kind !== 'char') return undefined
  const lengths = [a, b].map((type) =>
    type.kind === 'char' || type.kind === 'varchar' ? (type.length ?? LONGEST_CHAR) : Number.NaN,
  )
  return lengths.some(Number.isNaN) ? undefined : char(Math.min(LONGEST_CHAR, Math.max(...lengths)))
}

function commonRow(a: Type & { kind: 'row' }, b: Type & { kind: 'row' }): Type | undefined {
  if (a.fields.length !== b.fields.length) return undefined
  const fields = a.fields.map(({ name, type }, i) => {
    const other = b.fields[i]!
    const both = common(type, other.type)
    return both && { name: name === other.name ? name : undefined, type: both }
  })
  return fields.every((field) => field !== undefined) ? { kind: 'row', fields } : undefined
}

/** Whether DuckDB keeps values of both types in the same way. */
export function isSame(a: Type, b: Type): boolean {
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'decimal': {
      const other = b as typeof a
      return a.precision === other.precision && a.scale === other.scale
    }
    case 'char':
      return a.length === (b as typeof a).length
    case 'array':
      return isSame(a.of, (b as typeof a).of)
    case 'map':
      return isSame(a.key, (b as typeof a).key) && isSame(a.value, (b as typeof a).value)
    case 'row': {
      const { fields } = b as typeof a
      return (
        a.fields.length === fields.length &&
        a.fields.every(({ name, type }, i) => name === fields[i]!.name && isSame(type, fields[i]!.type))
      )
    }
    default:
      return true
  }
}

/** Whether a value becomes the other type without a cast. */
export function coerces(from: Type, to: Type): boolean {
  if (to.kind === 'row' && from.kind === 'row')
    return (
      from.fields.length === to.fields.length &&
      from.fields.every(({ type }, i) => coerces(type, to.fields[i]!.type))
    )
  const both = common(from, to)
  if (both === undefined) return false
  if (to.kind === 'decimal' && isInteger(from)) return isSame(both, to)
  if (to.kind === 'timestamp with time zone' || to.kind === 'timestamp' || to.kind === 'varchar')
    return both.kind === to.kind
  return isSame(both, to)
}
