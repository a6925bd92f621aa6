import { SqlError } from '../sql/sql-error.js'
import type { Call } from '../sql/syntax.js'
import { cast, coerce } from './cast.js'
import { common } from './coercion.js'
import { comparison } from './operators.js'
import { NEXT_STEP, nextStep } from './recursion.js'
import type { Scope } from './scope.js'
import type { Translator } from './translator.js'
import { display, type Type, UNKNOWN, VARCHAR } from './type.js'
import { bind, sqlText, type Typed } from './typed.js'
import { overClause, wholeWindow } from './windows.js'

type Special = (call: Call, scope: Scope, translator: Translator) => Typed

function wantArguments({ args, name, at }: Call, least: number, most = Number.POSITIVE_INFINITY): void {
  if (args.length < least || args.length > most)
    throw new SqlError(`Invalid number of arguments for ${name}`, at)
}

/** Values of one type, as the branches of CASE have to be. */
export function alike(values: readonly Typed[], what: string, at: number): { type: Type; values: Typed[] } {
  const type = values.reduce<Type>((all, value) => {
    const both = common(all, value.type)
    if (both === undefined)
      throw new SqlError(
        `${what} must be the same type or coercible to a common type. Cannot find common type between ${display(all, true)} and ${display(value.type, true)}`,
        value.at ?? at,
      )
    return both
  }, UNKNOWN)
  return { type, values: values.map((value) => coerce(value, type)) }
}

/** https://trino.io/docs/current/functions/conditional.html */
const ifCall: Special = (call, scope, translator) => {
  wantArguments(call, 2, 3)
  const [when, ...branches] = call.args.map((arg) => translator.expression(arg, scope))
  const { type, values } = alike(branches, 'Result types for IF', call.at)
  const condition = coerceBoolean(when!, 'IF condition')
  return {
    sql: `CASE WHEN ${condition} THEN ${values[0]!.sql}${values[1] ? ` ELSE ${values[1].sql}` : ''} END`,
    type,
    at: call.at,
  }
}

export function coerceBoolean(value: Typed, what: string): string {
  if (value.type.kind !== 'boolean' && value.type.kind !== 'unknown')
    throw new SqlError(
      `${what} must evaluate to a boolean: actual type ${display(value.type, true)}`,
      value.at,
    )
  return value.type.kind === 'unknown' ? `CAST(${value.sql} AS BOOLEAN)` : value.sql
}

const coalesce: Special = (call, scope, translator) => {
  wantArguments(call, 2)
  const { type, values } = alike(
    call.args.map((arg) => translator.expression(arg, scope)),
    'All COALESCE operands',
    call.at,
  )
  return { sql: `coalesce(${values.map(({ sql }) => sql).join(', ')})`, type, at: call.at }
}

const nullif: Special = (call, scope, translator) => {
  wantArguments(call, 2, 2)
  const [first, second] = call.args.map((arg) => translator.expression(arg, scope)) as [Typed, Typed]
  const sql = bind(
    [first.sql, second.sql],
    (x, y) =>
      `CASE WHEN ${
        comparison(
          '=',
          [
            { ...first, sql: x },
            { ...second, sql: y },
          ],
          call.at,
        ).sql
      } THEN NULL ELSE ${x} END`,
  )
  return { sql, type: first.type, at: call.at }
}

const tryCall: Special = (call, scope, translator) => {
  wantArguments(call, 1, 1)
  const value = translator.expression(call.args[0]!, scope)
  return { sql: `TRY(${value.sql})`, type: value.type, at: call.at }
}

const typeOfCall: Special = (call, scope, translator) => {
  wantArguments(call, 1, 1)
  const { sql, type } = translator.expression(call.args[0]!, scope)
  const name = sqlText(display(type, true))
  // An aggregate stays one: it makes one row of many.
  const isKept = call.args[0]!.kind === 'call'
  return {
    sql: isKept ? `CASE WHEN ${sql} IS NULL THEN ${name} ELSE ${name} END` : name,
    type: VARCHAR,
    at: call.at,
  }
}

/** The times of a partition up to the row, cut where the gap is too long: the last cut is where the session began. */
function session(times: string, timeout: string, seeds: readonly string[]): string {
  const start = bind(
    [times],
    (x) => `list_max(list_filter(${x}, lambda e, i: i = 1 OR e - ${x}[i - 1] > ${timeout}))`,
  )
  return `_td_session(concat_ws('|', ${[...seeds.map((seed) => `coalesce(CAST(${seed} AS VARCHAR), 'NULL')`), start].join(', ')}))`
}

const SESSION_FRAME = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'

const sessionizeWindow: Special = (call, scope, translator) => {
  wantArguments(call, 2, 2)
  if (!call.over) throw new SqlError('Window function td_sessionize_window requires an OVER clause', call.at)
  const [time, timeout] = call.args.map((arg) => translator.expression(arg, scope)) as [Typed, Typed]
  const { partitionBy } = wholeWindow(call.over, scope)
  const over = overClause(call.over, scope, translator).replace(/\)$/, ` ${SESSION_FRAME})`)
  const seeds = partitionBy.map((expression) => translator.expression(expression, scope).sql)
  return { sql: session(`list(${time.sql}) OVER ${over}`, timeout.sql, seeds), type: VARCHAR, at: call.at }
}

/** The older form: the rows of a key in the order of their times. */
const sessionize: Special = (call, scope, translator) => {
  wantArguments(call, 3, 3)
  const [time, timeout, key] = call.args.map((arg) => translator.expression(arg, scope)) as [
    Typed,
    Typed,
    Typed,
  ]
  const over = `(PARTITION BY ${key.sql} ORDER BY ${time.sql} ASC NULLS LAST ${SESSION_FRAME})`
  return {
    sql: session(`list(${time.sql}) OVER ${over}`, timeout.sql, [key.sql]),
    type: VARCHAR,
    at: call.at,
  }
}

/** https://trino.io/docs/current/functions/conversion.html#format */
const format: Special = (call, scope, translator) => {
  wantArguments(call, 2)
  const [pattern, ...values] = call.args.map((arg) => translator.expression(arg, scope)) as [
    Typed,
    ...Typed[],
  ]
  const items = values.map((value) =>
    value.type.kind === 'double' ? `_java_double(${value.sql})` : coerceText(value),
  )
  const kinds = values
    .map(
      ({ type }) =>
        ({ double: 'f', real: 'f', decimal: 'f', boolean: 'b', date: 't', timestamp: 't', time: 't' })[
          type.kind as string
        ] ?? (['tinyint', 'smallint', 'integer', 'bigint'].includes(type.kind) ? 'd' : 's'),
    )
    .join('')
  return {
    sql: `_format(${pattern.sql}, [${items.join(', ')}], ${sqlText(kinds)})`,
    type: VARCHAR,
    at: call.at,
  }
}

function coerceText(value: Typed): string {
  if (value.type.kind === 'varchar') return value.sql
  if (['array', 'map', 'row', 'varbinary', 'json', 'timestamp with time zone'].includes(value.type.kind))
    throw new SqlError(`format of ${display(value.type)} is not supported by the sandbox`, value.at)
  if (value.type.kind.startsWith('interval')) return cast(value, VARCHAR, value.at).sql
  return `CAST(${value.sql} AS VARCHAR)`
}

const SPECIAL: ReadonlyMap<string, Special> = new Map([
  ['if', ifCall],
  ['coalesce', coalesce],
  ['nullif', nullif],
  ['try', tryCall],
  ['typeof', typeOfCall],
  ['td_sessionize_window', sessionizeWindow],
  ['td_sessionize', sessionize],
  ['format', format],
  [
    NEXT_STEP,
    (call, scope, translator) => ({ ...nextStep(translator.expression(call.args[0]!, scope)), at: call.at }),
  ],
])

/** The calls that are no functions: their arguments are not all computed, or decide about the type. */
export function special(call: Call, scope: Scope, translator: Translator): Typed | undefined {
  return SPECIAL.get(call.name)?.(call, scope, translator)
}
