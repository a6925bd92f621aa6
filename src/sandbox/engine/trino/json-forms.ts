import { type PathNode, PathSyntaxError, parseJsonPath } from '../natives/json-path.js'
import { SqlError } from '../sql/sql-error.js'
import type { Expression, JsonBehaviour, JsonEntry } from '../sql/syntax.js'
import { cast, coerce } from './cast.js'
import type { Scope } from './scope.js'
import type { Translator } from './translator.js'
import { BOOLEAN, display, duck, type Type, typeOf, VARCHAR } from './type.js'
import { bind, failure, sqlText, type Typed } from './typed.js'

type Of<K extends Expression['kind']> = Expression & { kind: K }
type Go = (each: Expression) => Typed

const isText = ({ kind }: Type) => kind === 'varchar' || kind === 'unknown'

/** A path is parsed when the query is translated, so that what is wrong with it is told with its place. */
export function checkPath(path: string, pathAt: number): void {
  try {
    parseJsonPath(path) satisfies { root: PathNode }
  } catch (error) {
    if (error instanceof PathSyntaxError) throw new SqlError(error.message, pathAt)
    throw error
  }
}

/** A text, or JSON, that a path is to look into. */
export function inputOf(value: Typed): string {
  if (isText(value.type) || value.type.kind === 'json') return coerce(value, VARCHAR).sql
  throw new SqlError(`Cannot read input of type ${display(value.type, true)} as JSON`, value.at)
}

/** Types whose values JSON has itself, texts aside. */
const JSON_SCALARS: readonly Type['kind'][] = [
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'decimal',
]

const FORMS = new Set(['json path', 'json build'])

/** A value as the text of JSON that it is in an array, an object or a parameter. */
function jsonOf({ value, isJson }: JsonEntry, go: Go): string {
  const typed = go(value)
  const { kind } = typed.type
  if (isJson || (FORMS.has(value.kind) && isText(typed.type) && isStructured(value)))
    return `_json_text(${inputOf(typed)})`
  if (kind === 'unknown') return 'CAST(NULL AS VARCHAR)'
  if (kind === 'json')
    throw new SqlError('the sandbox takes values of type json with json_format(…) FORMAT JSON here', typed.at)
  const isPlain = JSON_SCALARS.includes(kind) || kind === 'varchar'
  const plain = isPlain ? typed : cast(typed, VARCHAR, typed.at)
  return cast(plain, { kind: 'json' }, typed.at).sql
}

/** JSON_VALUE and JSON_EXISTS give no JSON. */
const isStructured = (value: Expression) =>
  value.kind === 'json build' || (value.kind === 'json path' && value.form === 'json_query')

/** The named parameters of a path. */
export function passedSql(passing: readonly JsonEntry[], go: Go): string {
  if (passing.length === 0) return "'{}'"
  const names = passing.map(({ name }) => sqlText(name!))
  const values = passing.map((entry) => `coalesce(${jsonOf(entry, go)}, 'null')`)
  return `_json_object([${names.join(', ')}], [${values.join(', ')}], 'null|')`
}

function returningText(returning: Of<'json path'>['returning']): Type {
  const type = returning === undefined ? VARCHAR : typeOf(returning)
  if (type.kind === 'varchar') return type
  throw new SqlError(`RETURNING ${display(type)} is not supported by the sandbox here`, returning!.at)
}

const refuse = (what: JsonBehaviour, at: number): never => {
  throw new SqlError(`${what.kind.toUpperCase()} has no place in this clause`, at)
}

/** Meaning of a clause, if the function has it. */
function clause(
  said: JsonBehaviour | undefined,
  allowed: readonly JsonBehaviour['kind'][],
  at: number,
): string {
  if (said === undefined) return allowed[0]!
  return allowed.includes(said.kind) ? said.kind : refuse(said, at)
}

export function translateJsonPath(form: Of<'json path'>, scope: Scope, translator: Translator): Typed {
  checkPath(form.path, form.pathAt)
  const go: Go = (each) => translator.expression(each, scope)
  const args = `${inputOf(go(form.input))}, ${sqlText(form.path)}, ${passedSql(form.passing, go)}`
  const { at, onEmpty, onError } = form
  switch (form.form) {
    case 'json_exists': {
      const onErrors = clause(onError, ['false', 'true', 'unknown', 'error'], at)
      if (onEmpty) refuse(onEmpty, at)
      return { sql: `_json_exists(${args}, '${onErrors}')`, type: BOOLEAN, at }
    }
    case 'json_query': {
      if (form.wrapper !== 'none' && form.omitsQuotes)
        throw new SqlError('OMIT QUOTES behavior specified with WITH WRAPPER behavior', at)
      const behaviours = ['null', 'error', 'empty array', 'empty object'] as const
      const clauses = [
        form.wrapper,
        form.omitsQuotes ? 'omit' : 'keep',
        clause(onEmpty, behaviours, at),
        clause(onError, behaviours, at),
      ]
      const query: Typed = { sql: `_json_query(${args}, '${clauses.join('|')}')`, type: VARCHAR, at }
      return cast(query, returningText(form.returning), at)
    }
    case 'json_value':
      return jsonValue(form, args, go)
    default:
      return form.form satisfies never
  }
}

function jsonValue(form: Of<'json path'>, args: string, go: Go): Typed {
  const { at, onEmpty, onError } = form
  const type = form.returning ? typeOf(form.returning) : VARCHAR
  const otherwise = (said: JsonBehaviour | undefined, message: string): string | undefined => {
    if (said === undefined || said.kind === 'null') return undefined
    if (said.kind === 'error') return failure(message, type)
    if (said.kind !== 'default') return refuse(said, at)
    const value = go(said.value)
    return cast(value, type, value.at).sql
  }
  const empty = otherwise(onEmpty, 'JSON_VALUE_RESULT: JSON path found no items for JSON_VALUE')
  const failed = otherwise(onError, 'JSON_PATH_EVALUATION: JSON_VALUE failed')
  const none = `CAST(NULL AS ${duck(type)})`
  const sql = bind([`_json_value(${args})`], (found) => {
    const scalar = scalarSql(`substring(${found}, 2)`, type, at)
    // A text is what every scalar becomes; what the sandbox does not know of it must not be hidden.
    const isSafe = type.kind === 'varchar' || type.kind === 'char' || onError?.kind === 'error'
    const converted = isSafe
      ? scalar
      : failed === undefined
        ? `TRY(${scalar})`
        : `coalesce(TRY(${scalar}), ${failed})`
    return `CASE left(${found}, 1) WHEN 'v' THEN ${converted} WHEN 'm' THEN ${empty ?? none} WHEN 'e' THEN ${failed ?? none} END`
  })
  return { sql, type, at }
}

function scalarSql(json: string, type: Type, at: number): string {
  if (type.kind === 'varchar' || type.kind === 'char')
    return cast({ sql: `_json_scalar_text(${json})`, type: VARCHAR, at }, type, at).sql
  if (!JSON_SCALARS.includes(type.kind) && type.kind !== 'date' && type.kind !== 'timestamp')
    throw new SqlError(`RETURNING ${display(type)} is not supported by the sandbox here`, at)
  return cast({ sql: json, type: { kind: 'json' }, at }, type, at).sql
}

export function translateJsonBuild(form: Of<'json build'>, scope: Scope, translator: Translator): Typed {
  const go: Go = (each) => translator.expression(each, scope)
  const { at, entries, keepsNull, isUnique } = form
  const values = `CAST([${entries.map((entry) => jsonOf(entry, go)).join(', ')}] AS VARCHAR[])`
  const nulls = keepsNull ? 'null' : 'absent'
  const keys = entries.flatMap(({ key }) => {
    if (key === undefined) return []
    const typed = go(key)
    if (!isText(typed.type)) throw new SqlError('Keys of JSON_OBJECT are texts', typed.at)
    return [coerce(typed, VARCHAR).sql]
  })
  const sql =
    form.form === 'json_array'
      ? `_json_array(${values}, '${nulls}')`
      : `_json_object(CAST([${keys.join(', ')}] AS VARCHAR[]), ${values}, '${nulls}|${isUnique ? 'unique' : ''}')`
  return cast({ sql, type: VARCHAR, at }, returningText(form.returning), at)
}
