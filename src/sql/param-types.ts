import { suggestion } from '../model/suggest.js'
import { sql } from './template.js'
import type { SqlScalar } from './value.js'

/** Turns the text of a value into a literal, by the name of its type. */
const TYPES = {
  text: (text) => text,
  int: (text) => {
    if (!/^[+-]?\d{1,40}$/.test(text)) throw new RangeError('it must be a whole number')
    return BigInt(text.replace('+', ''))
  },
  double: (text) => {
    if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|NaN|Infinity)$/.test(text))
      throw new RangeError('it must be a number')
    const value = Number(text)
    if (!Number.isFinite(value) && /\d/.test(text)) throw new RangeError('it is beyond the doubles')
    return sql.double(value)
  },
  decimal: (text) => sql.decimal(text),
  boolean: (text) => {
    if (text !== 'true' && text !== 'false') throw new RangeError('it must be true or false')
    return text === 'true'
  },
  date: (text) => sql.date(text),
  timestamp: (text) => sql.timestamp(text),
  binary: (text): Uint8Array => {
    if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new RangeError('it must be bytes as hexadecimal digits')
    return Buffer.from(text, 'hex')
  },
  identifier: (text) => sql.identifier(text),
  null: (text) => {
    if (text !== '') throw new RangeError('null has no value')
    return null
  },
} as const satisfies Readonly<Record<string, (text: string) => SqlScalar>>

const OTHER_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  varchar: 'text',
  integer: 'int',
  bigint: 'int',
  float: 'double',
  bool: 'boolean',
  varbinary: 'binary',
}

/** The name of a type of parameters. */
export type ParamType = keyof typeof TYPES

/** The names of the types of parameters. */
export const PARAM_TYPES = Object.keys(TYPES) as readonly ParamType[]

/**
 * Parsers of values, by the name of the value's type.
 *
 * @throws RangeError when there is no such type. What it returns throws one for a text that is no value of the type.
 */
export function paramType(name: string): (text: string) => SqlScalar {
  const usual = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : name
  if (Object.hasOwn(TYPES, usual)) return TYPES[usual as keyof typeof TYPES]
  throw new RangeError(
    `there is no type ${name}${suggestion(name, PARAM_TYPES)}; the types are ${PARAM_TYPES.join(', ')}`,
  )
}
