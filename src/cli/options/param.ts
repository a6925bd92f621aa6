import { InvalidArgumentError } from 'commander'
import { messageOf } from '../../errors.js'
import { paramType } from '../../sql/param-types.js'
import { isParamName, type SqlParams } from '../../sql/params.js'
import { type SqlScalar, valueText } from '../../sql/value.js'
import { listItems } from './parse.js'
import { adding } from './repeats.js'

/** `code=200`, `code:int=200`, `codes:int[]=200,404` or `none:null`. Lists are divided as names of columns are. */
export const params = adding<SqlParams>((text, previous = {}) => {
  const [, name, typeText = 'text', value] = /^([^:=]*)(?::([^=]*))?(?:=(.*))?$/s.exec(text) ?? []
  if (name === undefined || !isParamName(name) || (value === undefined && typeText !== 'null'))
    throw new InvalidArgumentError(
      "Parameters are name=value or name:type=value, such as who=O'Brien or code:int=200.",
    )
  if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`The parameter ${name} is given twice.`)
  const [, typeName = '', list] = /^(.*?)(\[\])?$/s.exec(typeText)!
  const type = typeNamed(typeName)
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

function typeNamed(name: string) {
  try {
    return paramType(name)
  } catch (error) {
    throw new InvalidArgumentError(`T${messageOf(error).slice(1)}, and lists of them, such as int[].`)
  }
}

function items(value: string, name: string): string[] {
  if (value !== '') return listItems(value)
  throw new InvalidArgumentError(`The list ${name} is empty; '""' is a list of one empty text.`)
}
