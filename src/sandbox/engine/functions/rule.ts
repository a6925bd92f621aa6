import { Cursor } from '../sql/cursor.js'
import { SqlError } from '../sql/sql-error.js'
import type { TypeSyntax } from '../sql/syntax.js'
import type { Typed } from '../trino/typed.js'

/** Questions that the maker of a call's SQL may ask. */
export interface CallSite {
  readonly at: number
  /** TD_SCHEDULED_TIME(), in seconds. */
  readonly scheduledTime: number
  /** The database of the job. */
  readonly schema: string
}

/** SQL, or SQL with the type where that depends on the values. */
export type Make = (args: readonly Typed[], site: CallSite) => string | Omit<Typed, 'at'>

/**
 * How a call becomes DuckDB's SQL. A template has `$1` for the first argument, `$*` for all; `@` for the name of a
 * lambda's parameter, `$2(@)` for what the lambda makes of it; `{…}` around the aggregate that FILTER and OVER go to.
 */
export type Template = string | Make

export type FunctionKind = 'scalar' | 'aggregate' | 'window'

export interface Rule {
  readonly name: string
  /** As written in the table: `split_part(varchar, varchar, bigint) -> varchar`. */
  readonly signature: string
  /** The page of Trino's, or Treasure Data's, documentation. */
  readonly page: string
  readonly kind: FunctionKind
  readonly params: readonly TypeSyntax[]
  /** The last parameter may be given several times. */
  readonly isVariadic: boolean
  readonly returns: TypeSyntax
  readonly template: Template
}

function splitParams(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')') depth -= 1
    if (at < text.length && !(text[at] === ',' && depth === 0)) continue
    if (text.slice(from, at).trim() !== '') parts.push(text.slice(from, at).trim())
    from = at + 1
  }
  return parts
}

const typeSyntax = (text: string): TypeSyntax => new Cursor(text, 'trino').type()

/** One or more, for optional parameters at the end, written `[varchar]`. */
function ruleOf(signature: string, page: string, kind: FunctionKind, template: Template): Rule {
  const match = /^(\w+)\((.*)\) -> (.+)$/.exec(signature)
  if (match === null) throw new Error(`not a signature: ${signature}`)
  const [, name, inner, returns] = match
  const isVariadic = inner!.endsWith('...')
  const params = splitParams(inner!.replace(/\.\.\.$/, '')).map(typeSyntax)
  return { name: name!, signature, page, kind, params, isVariadic, returns: typeSyntax(returns!), template }
}

/** The functions of one page of the documentation. */
export function rulesOf(
  page: string,
  table: Readonly<Record<string, Template>>,
  kind: FunctionKind = 'scalar',
): Rule[] {
  return Object.entries(table).map(([signature, template]) => ruleOf(signature, page, kind, template))
}

const refusals = new WeakSet<Make>()

/** For what Trino has and the sandbox does not: a call says why. */
export function refusal(reason: string): Make {
  const refuse: Make = (_, { at }) => {
    throw new SqlError(reason, at)
  }
  refusals.add(refuse)
  return refuse
}

export const isRefused = ({ template }: Rule): boolean =>
  typeof template !== 'string' && refusals.has(template)

export const isLiteralText = (value: Typed | undefined): value is Typed & { literal: string } =>
  typeof value?.literal === 'string'
