import type { JsonPath, Method, PathNode, Predicate, Subscript } from './json-path.js'
import { type Json, JsonNumber } from './json-text.js'

/** An error that ends the evaluation of a path, for ON ERROR to decide about; within predicates, it makes them unknown. */
export class PathError extends Error {}

/** A feature of Trino that the sandbox lacks: no clause may hide it. */
class Unknown extends Error {}

interface Context {
  readonly isLax: boolean
  readonly input: Json
  readonly variables: ReadonlyMap<string, Json>
  /** The item that a filter looks at. */
  readonly current?: Json
  /** The last index of the innermost array. */
  readonly last?: number
}

/** The sequence of items that a path finds. Throws PathError. */
export function evaluateJsonPath(
  { isLax, root }: JsonPath,
  input: Json,
  variables: ReadonlyMap<string, Json>,
): Json[] {
  return evaluate(root, { isLax, input, variables })
}

function evaluate(node: PathNode, context: Context): Json[] {
  switch (node.kind) {
    case 'context':
      return [context.input]
    case 'current':
      if (context.current === undefined) throw new PathError('@ stands outside of a filter')
      return [context.current]
    case 'last':
      if (context.last === undefined) throw new PathError('last stands outside of an array accessor')
      return [new JsonNumber(String(context.last))]
    case 'variable': {
      const value = context.variables.get(node.name)
      if (value === undefined) throw new Unknown(`no value passed for the parameter $${node.name}`)
      return [value]
    }
    case 'literal':
      return [node.value]
    case 'binary':
      return [arithmetic(node.op, number(node.left, context), number(node.right, context))]
    case 'unary':
      return unwrapped(evaluate(node.of, context), context).map((item) => {
        const { text } = numeric(item)
        return node.op === '+' ? new JsonNumber(text) : negated(text)
      })
    case 'member':
      return unwrapped(evaluate(node.base, context), context).flatMap((item) =>
        members(item, node.key, context),
      )
    case 'descendant':
      return evaluate(node.base, context).flatMap((item) => descendants(item, node.key))
    case 'items':
      return evaluate(node.base, context).flatMap((item) => items(item, node.subscripts, context))
    case 'filter':
      return unwrapped(evaluate(node.base, context), context).filter(
        (current) => test(node.predicate, { ...context, current }) === true,
      )
    case 'method':
      return method(node.name, evaluate(node.base, context), context)
    default:
      return node satisfies never
  }
}

/** In lax mode, arrays stand for their items. */
function unwrapped(sequence: readonly Json[], { isLax }: Context): Json[] {
  return isLax ? sequence.flatMap((item) => (Array.isArray(item) ? item : [item])) : [...sequence]
}

function numeric(item: Json): JsonNumber {
  if (item instanceof JsonNumber) return item
  throw new PathError('invalid item type. Expected: NUMBER')
}

function number(node: PathNode, context: Context): JsonNumber {
  const sequence = unwrapped(evaluate(node, context), context)
  if (sequence.length !== 1) throw new PathError('arithmetic wants a single number on each side')
  return numeric(sequence[0]!)
}

const isWhole = (text: string) => /^-?\d+$/.test(text)
const negated = (text: string) => new JsonNumber(text.startsWith('-') ? text.slice(1) : `-${text}`)

function arithmetic(op: string, { text: a }: JsonNumber, { text: b }: JsonNumber): JsonNumber {
  if (!isWhole(a) || !isWhole(b)) return doubleOf(computed(op, Number(a), Number(b)))
  const [x, y] = [BigInt(a), BigInt(b)]
  if ((op === '/' || op === '%') && y === 0n) throw new PathError('division by zero')
  const value = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y
  if (BigInt.asIntN(64, value) !== value) throw new PathError('bigint overflow')
  return new JsonNumber(String(value))
}

/** A double shows that it is one. */
function doubleOf(value: number): JsonNumber {
  const text = String(value)
  return new JsonNumber(/[.e]/.test(text) ? text : `${text}.0`)
}

function computed(op: string, x: number, y: number): number {
  const value = op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? x / y : x % y
  if (!Number.isFinite(value)) throw new PathError('the result is no number of JSON')
  return value
}

function members(item: Json, key: string | undefined, { isLax }: Context): Json[] {
  if (!(item instanceof Map)) {
    if (isLax) return []
    throw new PathError('invalid item type. Expected: OBJECT')
  }
  if (key === undefined) return [...item.values()]
  const value = item.get(key)
  if (value !== undefined) return [value]
  if (isLax) return []
  throw new PathError(`missing member '${key}' in JSON object`)
}

function descendants(item: Json, key: string): Json[] {
  if (Array.isArray(item)) return item.flatMap((each) => descendants(each, key))
  if (!(item instanceof Map)) return []
  const own = item.get(key)
  const below = [...item.values()].flatMap((each) => descendants(each, key))
  return own === undefined ? below : [own, ...below]
}

function items(item: Json, subscripts: readonly Subscript[] | undefined, context: Context): Json[] {
  if (!Array.isArray(item) && !context.isLax) throw new PathError('invalid item type. Expected: ARRAY')
  const array = Array.isArray(item) ? item : [item]
  if (subscripts === undefined) return array
  const inner = { ...context, last: array.length - 1 }
  return subscripts.flatMap(({ from, to }) => {
    const first = index(from, inner)
    const last = to === undefined ? first : index(to, inner)
    const isInside = first >= 0 && first <= last && last < array.length
    if (!isInside && !context.isLax) throw new PathError('invalid array subscript')
    return first > last ? [] : array.slice(Math.max(0, first), Math.max(0, last + 1))
  })
}

function index(node: PathNode, context: Context): number {
  return Math.trunc(Number(number(node, context).text))
}

function method(name: Method, sequence: readonly Json[], context: Context): Json[] {
  if (name === 'type') return sequence.map(typeName)
  if (name === 'size')
    return sequence.map((item) => {
      if (!Array.isArray(item) && !context.isLax) throw new PathError('invalid item type. Expected: ARRAY')
      return new JsonNumber(String(Array.isArray(item) ? item.length : 1))
    })
  const all = unwrapped(sequence, context)
  if (name === 'keyvalue') return all.flatMap((item, id) => pairs(item, id))
  return all.map((item) => rounded(name, item))
}

function rounded(name: 'double' | 'ceiling' | 'floor' | 'abs', item: Json): JsonNumber {
  if (name === 'double') {
    const text = typeof item === 'string' ? item.trim() : numeric(item).text
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw new PathError('not a number')
    return doubleOf(Number(text))
  }
  const { text } = numeric(item)
  if (name === 'abs') return text.startsWith('-') ? negated(text) : new JsonNumber(text)
  if (isWhole(text)) return new JsonNumber(text)
  const value = name === 'ceiling' ? Math.ceil(Number(text)) : Math.floor(Number(text))
  return new JsonNumber(`${value}.0`)
}

function pairs(item: Json, id: number): Json[] {
  if (!(item instanceof Map)) throw new PathError('invalid item type. Expected: OBJECT')
  return [...item].map(
    ([name, value]) =>
      new Map<string, Json>([
        ['name', name],
        ['value', value],
        ['id', new JsonNumber(String(id))],
      ]),
  )
}

function typeName(item: Json): string {
  if (item === null) return 'null'
  if (Array.isArray(item)) return 'array'
  if (item instanceof Map) return 'object'
  if (item instanceof JsonNumber) return 'number'
  return typeof item
}

/** `undefined`: unknown. */
type Truth = boolean | undefined

function test(predicate: Predicate, context: Context): Truth {
  switch (predicate.kind) {
    case 'and': {
      const [a, b] = [test(predicate.left, context), test(predicate.right, context)]
      return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true
    }
    case 'or': {
      const [a, b] = [test(predicate.left, context), test(predicate.right, context)]
      return a === true || b === true ? true : a === undefined || b === undefined ? undefined : false
    }
    case 'not': {
      const of = test(predicate.of, context)
      return of === undefined ? undefined : !of
    }
    case 'is unknown':
      return test(predicate.of, context) === undefined
    case 'exists': {
      const found = attempt(() => evaluate(predicate.path, context))
      return found && found.length > 0
    }
    case 'starts with':
      return pairwise(predicate.path, predicate.prefix, context, startsWith)
    case 'compare':
      return pairwise(predicate.left, predicate.right, context, (a, b) => compare(predicate.op, a, b))
    default:
      return predicate satisfies never
  }
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof PathError) return undefined
    throw error
  }
}

/** Any pair that is true; in strict mode, a pair that cannot be compared leaves all unknown. */
function pairwise(
  left: PathNode,
  right: PathNode,
  context: Context,
  holds: (a: Json, b: Json) => Truth,
): Truth {
  const sides = attempt(() => [left, right].map((side) => unwrapped(evaluate(side, context), context)))
  if (sides === undefined) return undefined
  let found: Truth = false
  for (const a of sides[0]!) {
    for (const b of sides[1]!) {
      const one = holds(a, b)
      if (one === undefined) return undefined
      if (one && context.isLax) return true
      found ||= one
    }
  }
  return found
}

const startsWith = (a: Json, b: Json): Truth =>
  typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : undefined

const isStructure = (item: Json) => Array.isArray(item) || item instanceof Map

function compare(op: string, a: Json, b: Json): Truth {
  if (a === null && b === null) return op === '=='
  if (a === null || b === null) return nullComparison(op)
  if (isStructure(a) || isStructure(b)) return undefined
  if (a instanceof JsonNumber && b instanceof JsonNumber) return holds(op, numbersOrder(a.text, b.text))
  if (typeof a !== typeof b || a instanceof JsonNumber || b instanceof JsonNumber) return undefined
  return holds(op, a < b ? -1 : a > b ? 1 : 0)
}

function nullComparison(op: string): boolean {
  if (op === '<>')
    throw new Unknown('the sandbox does not compare null with other values by <> in JSON paths')
  return false
}

function numbersOrder(a: string, b: string): number {
  const [x, y] = isWhole(a) && isWhole(b) ? [BigInt(a), BigInt(b)] : [Number(a), Number(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

function holds(op: string, order: number): boolean {
  if (op === '==') return order === 0
  if (op === '<>') return order !== 0
  if (op === '<') return order < 0
  if (op === '>') return order > 0
  return op === '<=' ? order <= 0 : order >= 0
}
