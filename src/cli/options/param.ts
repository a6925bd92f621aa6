import { InvalidArgumentError } from 'commander'
import { messageOf } from '../../errors.js'
import { suggestion } from '../../model/suggest.js'
import { isParamName, type SqlParams } from '../../sql/params.js'
import { sql } from '../../sql/template.js'
import { type SqlScalar, valueText } from '../../sql/value.js'
import { listItems } from './parse.js'
import { adding } from './repeats.js'

/** What becomes of the text of a value, by the name of its type. */
const TYPES: Readonly<Record<string, (text: string) => SqlScalar>> = {
  text: (text) => text,
  int: (text) => {
    if (!/^[+-]?\d{1,40}$/.test(text)) throw new RangeError('it must be a whole number')
    return BigInt(text.replace('+', ''))
  },
  double: (text) => {
    if (!/^[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|NaN|Infinity)$/i.test(text))
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
  binary: (text) => {
    if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new RangeError('it must be bytes as hexadecimal digits')
    return Buffer.from(text, 'hex')
  },
  identifier: (text) => sql.identifier(text),
  null: (text) => {
    if (text !== '') throw new RangeError('null has no value')
    return null
  },
}

const OTHER_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  varchar: 'text',
  integer: 'int',
  bigint: 'int',
  float: 'double',
  bool: 'boolean',
  varbinary: 'binary',
}

const TYPE_NAMES = Object.keys(TYPES)

/** `code=200`, `code:int=200`, `codes:int[]=200,404` or `none:null`. Lists are divided as names of columns are. */
export const params = adding<SqlParams>((text, previous = {}) => {
  const [, name, typeText = 'text', value] = /^([^:=]*)(?::([^=]*))?(?:=(.*))?$/s.exec(text) ?? []
  if (name === undefined || !isParamName(name) || (value === undefined && typeText !== 'null'))
    throw new InvalidArgumentError(
      "Parameters are name=value or name:type=value, such as who=O'Brien or code:int=200.",
    )
  if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`The parameter ${name} is given twice.`)
  const [, typeName = '', list] = /^(.*?)(\[\])?$/s.exec(typeText)!
  const usual = Object.hasOwn(OTHER_NAMES, typeName) ? OTHER_NAMES[typeName]! : typeName
  const type = Object.hasOwn(TYPES, usual) ? TYPES[usual] : undefined
  if (type === undefined)
    throw new InvalidArgumentError(
      `There is no type ${typeText}${suggestion(typeName, TYPE_NAMES)}; the types are ${TYPE_NAMES.join(', ')}, and lists of them, such as int[].`,
    )
  const read = (one: string) => {
    try {
      const result = type(one)
      // Here the option is known. What only one engine refuses is told with the query.
      valueText(result, 'trino', undefined)
      return result
    } catch (error) {
      throw new InvalidArgumentError(`The parameter ${name}, ${typeText}: ${messageOf(error)}.`)
    }
  }
  // Without a prototype: a parameter may be called __proto__.
  const all: Record<string, SqlScalar | SqlScalar[]> = Object.assign(Object.create(null), previous)
  all[name] = list === undefined ? read(value ?? '') : items(value ?? '', name).map(read)
  return all
})

function items(value: string, name: string): string[] {
  if (value !== '') return listItems(value)
  throw new InvalidArgumentError(`The list ${name} is empty; '""' is a list of one empty text.`)
}
