import type { Rule } from '../functions/rule.js'
import type { TypeSyntax } from '../sql/syntax.js'
import { coerces, common, isNumeric } from './coercion.js'
import { arrayOf, mapOf, type Type, typeOf, UNKNOWN } from './type.js'

/** Meaning of the letters of a signature. */
export type Bindings = Map<string, Type>

const isVariable = (pattern: TypeSyntax): boolean => pattern.args.length === 0 && /^[a-z]$/.test(pattern.name)

export const isLambda = (pattern: TypeSyntax | number | undefined): pattern is TypeSyntax =>
  typeof pattern === 'object' && pattern.name === 'function'

/** Adds what a type says about the letters; false if it cannot be of the pattern. */
function unify(pattern: TypeSyntax | number, type: Type, bindings: Bindings): boolean {
  if (typeof pattern === 'number') return true
  if (isVariable(pattern)) {
    if (pattern.name === 'n' && !isNumeric(type) && type.kind !== 'unknown') return false
    const known = bindings.get(pattern.name)
    const both = known === undefined ? type : common(known, type)
    if (both === undefined) return false
    bindings.set(pattern.name, both)
    return true
  }
  if (type.kind === 'unknown') return true
  switch (pattern.name) {
    case 'array':
      return type.kind === 'array' && unify(pattern.args[0]!, type.of, bindings)
    case 'map':
      return (
        type.kind === 'map' &&
        unify(pattern.args[0]!, type.key, bindings) &&
        unify(pattern.args[1]!, type.value, bindings)
      )
    case 'row':
      return (
        type.kind === 'row' &&
        type.fields.length === pattern.args.length &&
        pattern.args.every((arg, i) => unify(arg, type.fields[i]!.type, bindings))
      )
    default:
      return true
  }
}

/** The type that a pattern stands for; for letters of which nothing is known, `unknown`. */
export function substitute(pattern: TypeSyntax, bindings: Bindings): Type {
  if (isVariable(pattern)) return bindings.get(pattern.name) ?? UNKNOWN
  const [first, second] = pattern.args
  if (pattern.name === 'array') return arrayOf(substitute(first as TypeSyntax, bindings))
  if (pattern.name === 'map')
    return mapOf(substitute(first as TypeSyntax, bindings), substitute(second as TypeSyntax, bindings))
  if (pattern.name === 'row')
    return {
      kind: 'row',
      fields: pattern.args.map((arg) => ({ name: undefined, type: substitute(arg as TypeSyntax, bindings) })),
    }
  return typeOf(pattern)
}

/** Kinds in which a parameter takes whatever precision or zone comes. */
const OPEN = new Set(['char', 'decimal', 'time', 'timestamp', 'timestamp with time zone', 'varchar'])

function fits(pattern: TypeSyntax, type: Type, bindings: Bindings, isExact: boolean): boolean {
  if (isVariable(pattern)) return true
  if (type.kind === 'unknown') return true
  if (OPEN.has(pattern.name) && pattern.args.length === 0) {
    if (type.kind === pattern.name) return true
    if (isExact) return false
    if (pattern.name === 'decimal') return ['tinyint', 'smallint', 'integer', 'bigint'].includes(type.kind)
    return coerces(type, substitute(pattern, bindings))
  }
  const wanted = substitute(pattern, bindings)
  if (!isExact) return coerces(type, wanted)
  return type.kind === wanted.kind && coerces(type, wanted)
}

/**
 * Whether the arguments are those of a form; lambdas, which are `undefined`, have their turn later. `isExact`: without
 * conversions.
 */
export function matchForm(
  rule: Rule,
  args: readonly (Type | undefined)[],
  isExact: boolean,
): Bindings | undefined {
  const { params, isVariadic } = rule
  if (isVariadic ? args.length < params.length : args.length !== params.length) return undefined
  const patternAt = (i: number) => params[Math.min(i, params.length - 1)]!
  const bindings: Bindings = new Map()
  for (const [i, type] of args.entries()) {
    const pattern = patternAt(i)
    if ((type === undefined) !== isLambda(pattern)) return undefined
    if (type !== undefined && !unify(pattern, type, bindings)) return undefined
  }
  const areFit = args.every((type, i) => type === undefined || fits(patternAt(i), type, bindings, isExact))
  return areFit ? bindings : undefined
}

/** The type to which an argument is converted; `undefined` for arguments that are not converted. */
export function wantedType(pattern: TypeSyntax, type: Type, bindings: Bindings): Type | undefined {
  if (OPEN.has(pattern.name) && pattern.args.length === 0 && type.kind === pattern.name) return undefined
  const wanted = substitute(pattern, bindings)
  if (pattern.name === 'decimal' && pattern.args.length === 0)
    return common(type, { kind: 'decimal', precision: 1, scale: 0 })
  return wanted.kind === 'unknown' ? undefined : wanted
}
