import { matchOf } from '../functions/collections.js'
import { formsOf } from '../functions/index.js'
import type { Rule } from '../functions/rule.js'
import { SqlError } from '../sql/sql-error.js'
import type { Call, Expression, TypeSyntax } from '../sql/syntax.js'
import type { Dialect } from '../sql/tokens.js'
import { coerce } from './cast.js'
import { common } from './coercion.js'
import { countsRows, hiveNumbers, hiveSpecial, hiveTexts } from './hive.js'
import { arithmetic } from './operators.js'
import type { Scope } from './scope.js'
import { type Bindings, isLambda, matchForm, substitute, wantedType } from './signature.js'
import { special } from './special-calls.js'
import type { Translator } from './translator.js'
import { display, duck, type Type, UNKNOWN } from './type.js'
import { fill, type Typed } from './typed.js'
import { overClause, sortClause } from './windows.js'

type Lambda = Expression & { kind: 'lambda' }

interface Match {
  readonly rule: Rule
  readonly bindings: Bindings
}

function formOf(call: Call, args: readonly (Typed | undefined)[], dialect: Dialect): Match {
  const types = args.map((arg) => arg?.type)
  const forms = formsOf(call.name, dialect)
  if (forms.length === 0)
    throw new SqlError(`Function '${call.name}' not registered (or not known to the sandbox)`, call.at)
  for (const isExact of [true, false]) {
    for (const rule of forms) {
      const bindings = matchForm(rule, types, isExact)
      if (bindings) return { rule, bindings }
    }
  }
  const given = types.map((type) => (type === undefined ? 'lambda' : display(type, true))).join(', ')
  const expected = forms.map(({ signature }) => signature.replace(/ -> .*/, '')).join(', ')
  throw new SqlError(
    `Unexpected parameters (${given}) for function ${call.name}. Expected: ${expected}`,
    call.at,
  )
}

/** Hive converts numbers to texts and texts to numbers where a function wants them. */
function hiveForm(call: Call, given: readonly (Typed | undefined)[]) {
  for (const inner of [given, hiveTexts(given), hiveNumbers(given)]) {
    try {
      return { inner, match: formOf(call, inner, 'hive') }
    } catch (error) {
      if (formsOf(call.name, 'hive').length === 0) throw error
    }
  }
  return { inner: given, match: formOf(call, given, 'hive') }
}

/** Names for the parameters of lambdas, by how many are around, so that the same text comes out the same. */
function lambdaName(scope: Scope): string {
  const taken = [...(scope.params?.values() ?? [])].flatMap(({ sql }) =>
    [...sql.matchAll(/\bl(\d+)\b/g)].map(([, n]) => Number(n)),
  )
  return `l${Math.max(0, ...taken) + 1}`
}

/** The body of a lambda, with its parameters standing for the given SQL. */
function bodyOf(
  lambda: Lambda,
  sqls: readonly string[],
  types: readonly Type[],
  scope: Scope,
  translator: Translator,
): Typed {
  if (lambda.params.length !== types.length)
    throw new SqlError(
      `Expected a lambda that takes ${types.length} argument(s) but got ${lambda.params.length}`,
      lambda.at,
    )
  const params = new Map(scope.params)
  for (const [i, name] of lambda.params.entries())
    params.set(name, { sql: sqls[i]!, type: types[i]!, at: lambda.at })
  return translator.expression(lambda.body, { ...scope, params })
}

/** The last type in a `function(…)` is what it returns. */
const lambdaTypes = (pattern: TypeSyntax, bindings: Bindings) =>
  pattern.args.slice(0, -1).map((arg) => substitute(arg as TypeSyntax, bindings))

/** Stand in a template for what must not be taken for a part of it. */
const [LAMBDA, OPEN, CLOSE] = ['\u{e000}', '\u{e001}', '\u{e002}']

/** Takes the lambdas of a template out: `$2(@.key)` stands for the body with that parameter. */
function lambdasOf(
  template: string,
  call: Call,
  { rule, bindings }: Match,
  scope: Scope,
  translator: Translator,
) {
  const name = lambdaName(scope)
  const bodies: string[] = []
  const marked = template
    .replaceAll('@', name)
    .replace(/\$(\d+)\(([^()]*)\)/g, (_, number: string, inner: string) => {
      const i = Number(number) - 1
      const pattern = rule.params[i]!
      const types = lambdaTypes(pattern, bindings)
      const body = bodyOf(
        call.args[i] as Lambda,
        inner.split(', '),
        types,
        { ...scope, params: reserve(scope, name) },
        translator,
      )
      bodies.push(`(${returned(body, pattern.args.at(-1) as TypeSyntax, bindings).sql})`)
      return `${LAMBDA}${bodies.length - 1}${LAMBDA}`
    })
  const put = (sql: string) =>
    sql.replace(new RegExp(`${LAMBDA}(\\d+)${LAMBDA}`, 'g'), (_, i: string) => bodies[Number(i)]!)
  return { marked, put }
}

/** The body as what the lambda has to return, which may be any type. */
function returned(body: Typed, returns: TypeSyntax, bindings: Bindings): Typed {
  const wanted = substitute(returns, bindings)
  if (/^[a-z]$/.test(returns.name) && wanted.kind === 'unknown') {
    bindings.set(returns.name, body.type)
    return body
  }
  const type = common(body.type, wanted)
  if (type === undefined || type.kind !== wanted.kind)
    throw new SqlError(`The lambda gives ${display(body.type)} where ${display(wanted)} is wanted`, body.at)
  return coerce(body, wanted)
}

/** Lambdas in the body must not take the name of this one, even where its parameter is not used. */
function reserve(scope: Scope, name: string): Map<string, Typed> {
  return new Map([...(scope.params ?? []), [`\0${name}`, { sql: name, type: UNKNOWN, at: 0 }]])
}

/** https://trino.io/docs/current/functions/array.html#reduce: DuckDB's state has to be of the type of the items. */
function reduce(
  call: Call,
  args: readonly (Typed | undefined)[],
  bindings: Bindings,
  scope: Scope,
  translator: Translator,
): Typed {
  const array = args[0]!
  const item = (array.type as Type & { kind: 'array' }).of
  const name = lambdaName(scope)
  const inner: Scope = { ...scope, params: reserve({ ...scope, params: reserve(scope, name) }, `${name}b`) }
  const [step, finish] = [call.args[2] as Lambda, call.args[3] as Lambda]
  const stepOf = (type: Type) => bodyOf(step, [`${name}.s`, `${name}b.x`], [type, item], inner, translator)
  let state = args[1]!.type
  const first = stepOf(state)
  const wider = common(state, first.type)
  if (wider === undefined)
    throw new SqlError(`The lambda gives ${display(first.type)} where ${display(state)} is wanted`, step.at)
  state = wider
  const body = coerce(stepOf(state), state)
  bindings.set('s', state)
  const row = (s: string, x: string) => `struct_pack(s := ${s}, x := ${x})`
  const items = `list_transform(${array.sql}, lambda ${name}: ${row(`CAST(NULL AS ${duck(state)})`, name)})`
  const start = row(coerce(args[1]!, state).sql, `CAST(NULL AS ${duck(item)})`)
  const reduced = `list_reduce(${items}, lambda ${name}, ${name}b: ${row(body.sql, `${name}b.x`)}, ${start}).s`
  const last = bodyOf(finish, [name], [state], { ...scope, params: reserve(scope, name) }, translator)
  return { sql: `list_transform([${reduced}], lambda ${name}: ${last.sql})[1]`, type: last.type, at: call.at }
}

/** https://trino.io/docs/current/functions/aggregate.html#reduce_agg: as `reduce`, of the values of the rows. */
function reduceRows(
  call: Call,
  args: readonly (Typed | undefined)[],
  bindings: Bindings,
  scope: Scope,
  translator: Translator,
): Typed {
  const [value] = args as [Typed]
  const list = `list_filter(${OPEN}list(${value.sql})${CLOSE}, lambda e: e IS NOT NULL)`
  const array: Typed = { sql: list, type: { kind: 'array', of: value.type }, at: value.at }
  const same: Lambda = {
    kind: 'lambda',
    params: ['s'],
    body: { kind: 'name', name: { text: 's', raw: 's', at: call.at }, at: call.at },
    at: call.at,
  }
  const asReduce: Call = { ...call, args: [call.args[0]!, call.args[1]!, call.args[2]!, same] }
  const reduced = reduce(asReduce, [array, ...args.slice(1)], bindings, scope, translator)
  const isNone = `len(${list}) > 0`
  return {
    ...reduced,
    sql: withAggregates(`CASE WHEN ${isNone} THEN ${reduced.sql} END`, call, scope, translator),
  }
}

/** FILTER, OVER and what stands in the parentheses, put into the aggregates of a template. */
function withAggregates(sql: string, call: Call, scope: Scope, translator: Translator): string {
  const order = call.orderBy.length > 0 ? ` ${sortClause(call.orderBy, scope, translator)}` : ''
  const nulls = call.ignoreNulls ? ' IGNORE NULLS' : ''
  const filter = call.filter ? ` FILTER (WHERE ${translator.expression(call.filter, scope).sql})` : ''
  const over = call.over ? ` OVER ${overClause(call.over, scope, translator)}` : ''
  return sql.replace(
    new RegExp(`${OPEN}(\\w+)\\(([^${OPEN}]*)\\)${CLOSE}`, 'g'),
    (_, name: string, inner: string) => {
      const distinct = call.distinct && !inner.startsWith('DISTINCT ') ? 'DISTINCT ' : ''
      return `${name}(${distinct}${inner}${order}${nulls})${filter}${over}`
    },
  )
}

function checkModifiers(call: Call, { kind, name }: Rule): void {
  const isPlain =
    !call.distinct && call.orderBy.length === 0 && !call.filter && !call.ignoreNulls && !call.over
  if (kind === 'scalar' && !isPlain)
    throw new SqlError(
      `${call.name} is no aggregate: DISTINCT, ORDER BY, FILTER and OVER have no place with it`,
      call.at,
    )
  if (kind === 'window' && !call.over)
    throw new SqlError(`Window function ${name} requires an OVER clause`, call.at)
}

function returnType(returns: TypeSyntax, args: readonly (Typed | undefined)[], bindings: Bindings): Type {
  const argument = /^arg(\d)$/.exec(returns.name)?.[1]
  return argument === undefined ? substitute(returns, bindings) : args[Number(argument) - 1]!.type
}

/** Puts the arguments into a template; those of aggregates are never bound to a name outside of them. */
function fillCall(template: string, sqls: readonly string[], isAggregate: boolean): string {
  if (!isAggregate) return fill(template, sqls)
  const marked = template.replaceAll('{', OPEN).replaceAll('}', CLOSE)
  return marked
    .replaceAll('$*', () => sqls.join(', '))
    .replace(/\$(\d)/g, (_, number: string) => sqls[Number(number) - 1]!)
}

/** `match true true false list`: what is found in the list of answers decides; see `matchOf`. */
function fillMatch(template: string, sqls: readonly string[]): string | undefined {
  const [, wanted, found, other, list] =
    /^match (true|false) (true|false) (true|false) ([\s\S]*)$/.exec(template) ?? []
  return list && matchOf(wanted as 'true', found!, other!)(fill(list, sqls))
}

/** Aggregates are not nested; those of a window function may be aggregates. */
function argumentScope({ name, over }: Call, scope: Scope, dialect: Dialect): Scope {
  const isAggregate = !over && formsOf(name, dialect).some(({ kind }) => kind === 'aggregate')
  const why = `Cannot nest aggregations or window functions inside aggregation '${name}'`
  return isAggregate ? { ...scope, noAggregates: why } : scope
}

export function translateCall(said: Call, scope: Scope, translator: Translator): Typed {
  const isHive = translator.dialect === 'hive'
  const call = isHive ? countsRows(said) : said
  const found =
    special(call, scope, translator) ?? (isHive ? hiveSpecial(call, scope, translator) : undefined)
  if (found) return found
  if (call.star && call.name !== 'count') throw new SqlError(`${call.name}(*) is not allowed`, call.at)
  const within = argumentScope(call, scope, translator.dialect)
  const given = call.args.map((arg) =>
    arg.kind === 'lambda' ? undefined : translator.expression(arg, within),
  )
  const { inner, match } = isHive
    ? hiveForm(call, given)
    : { inner: given, match: formOf(call, given, 'trino') }
  const { rule, bindings } = match
  checkModifiers(call, rule)
  if (rule.kind !== 'scalar' && scope.noAggregates) throw new SqlError(scope.noAggregates, call.at)
  const patternAt = (i: number) => rule.params[Math.min(i, rule.params.length - 1)]!
  const args = inner.map((arg, i) => {
    const wanted = arg && !isLambda(patternAt(i)) ? wantedType(patternAt(i), arg.type, bindings) : undefined
    return arg && wanted ? coerce(arg, wanted) : arg
  })
  const { at } = call
  if (rule.template === 'reduce') return reduce(call, args, bindings, scope, translator)
  if (rule.template === 'reduce_agg') return reduceRows(call, args, bindings, scope, translator)
  if (rule.template === 'operator %') return arithmetic('%', [args[0]!, args[1]!], at)
  const isAggregate = rule.kind !== 'scalar'
  const sqls = args.map((arg) => arg?.sql ?? '')
  if (typeof rule.template !== 'string') {
    const { scheduledTime, schema } = translator
    const made = rule.template(args as Typed[], { at, scheduledTime, schema })
    const { sql, type } = typeof made === 'string' ? { sql: made, type: undefined } : made
    const whole = isAggregate ? withAggregates(fillCall(sql, sqls, true), call, scope, translator) : sql
    return { sql: whole, type: type ?? returnType(rule.returns, inner, bindings), at }
  }
  const { marked, put } = lambdasOf(
    rule.template.replaceAll('TYPE1', args[0] ? duck(args[0].type) : ''),
    call,
    match,
    scope,
    translator,
  )
  const filled = put(fillMatch(marked, sqls) ?? fillCall(marked, sqls, isAggregate))
  return {
    sql: isAggregate ? withAggregates(filled, call, scope, translator) : filled,
    type: returnType(rule.returns, inner, bindings),
    at,
  }
}
