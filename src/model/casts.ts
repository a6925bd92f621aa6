import type { SqlType } from './schema.js'

/** Names of the types that columns can be cast to. */
export type CastName =
  | 'varchar'
  | 'bigint'
  | 'double'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'decimal'
  | 'json'
  | 'uuid'

/** The types that columns can be cast to; a decimal has its precision and scale behind its name. */
export const CAST_NAMES: readonly CastName[] = [
  'varchar',
  'bigint',
  'double',
  'boolean',
  'date',
  'time',
  'timestamp',
  'decimal',
  'json',
  'uuid',
]

/** Target types of `cast`. A decimal has up to 38 digits, of which the scale are decimals. */
export type CastTarget = Exclude<CastName, 'decimal'> | `decimal(${number},${number})`

/** List of the target types, for messages. */
export const CAST_FORMS = CAST_NAMES.map((name) => (name === 'decimal' ? 'decimal(p,s)' : name)).join(', ')

/** Target types of the column `time`, which TD has in every table. */
export const TIME_FORMS = ['timestamp'] as const

export type TimeForm = (typeof TIME_FORMS)[number]

/** The most digits of a decimal, in every database. */
const MOST_DIGITS = 38

/** Whether a text is a type that columns can be cast to. */
export function isCastTarget(text: string): text is CastTarget {
  const decimal = decimalOf(text)
  if (decimal === undefined) return text !== 'decimal' && (CAST_NAMES as readonly string[]).includes(text)
  const { precision, scale } = decimal
  return precision >= 1 && precision <= MOST_DIGITS && scale <= precision
}

/** The type that a cast makes. */
export function castType(target: CastTarget): SqlType & { readonly kind: CastName } {
  const decimal = decimalOf(target)
  if (decimal !== undefined) return decimal
  if (target === 'time' || target === 'timestamp') return { kind: target, withTimeZone: false }
  return { kind: target as Exclude<CastName, 'decimal' | 'time' | 'timestamp'> }
}

function decimalOf(text: string) {
  const [, precision, scale] = /^decimal\((\d{1,2}),(\d{1,2})\)$/.exec(text) ?? []
  if (precision === undefined) return undefined
  return { kind: 'decimal', precision: Number(precision), scale: Number(scale) } as const
}
