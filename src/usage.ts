import { requireShape, SluiceError } from './errors.js'
import { type Duration, LONGEST_TIMER_MS, parseDuration } from './model/duration.js'
import { type Limits, limitsProblem } from './model/limits.js'
import { listed } from './model/option-values.js'
import { suggestion } from './model/suggest.js'

/** The requirement of a value, after "must be", and its check. */
const SHAPES = {
  text: ['a text', isText],
  query: [
    'a text, or a query of the tag sql',
    (value: unknown) => isText(value) || isFunction((value as { text?: unknown } | null)?.text),
  ],
  'schema text': [
    'a JSON text: JSON.stringify([["time","bigint"]])',
    (value: unknown) => value === null || isText(value),
  ],
  boolean: ['true or false', (value: unknown) => typeof value === 'boolean'],
  number: ['a number', Number.isFinite],
  count: ['a whole number from 0 on', (value: unknown) => isCount(value)],
  'count from 1': ['a whole number from 1 on', (value: unknown) => isCount(value) && value >= 1],
  'number or text': ['a number or a text', (value: unknown) => isText(value) || Number.isFinite(value)],
  duration: [
    'a duration: milliseconds as a number, or a text such as 500ms, 60s, 5m, 2h or 1d',
    (value: unknown) => durationOf(value) !== undefined,
  ],
  function: ['a function', isFunction],
  signal: ['an AbortSignal', (value: unknown) => value instanceof AbortSignal],
  object: ['an object', isObject],
  array: ['an array', Array.isArray],
  headers: [
    'an object of names and values, a Headers, a Map or pairs',
    (value: unknown) => isObject(value) || Array.isArray(value),
  ],
  texts: ['an array of texts', areTexts],
  'name or names': ['a name, or an array of names', (value: unknown) => isText(value) || areTexts(value)],
  'text or object': ['a text or an object', (value: unknown) => isText(value) || isObject(value)],
  'object or function': ['an object or a function', (value: unknown) => isObject(value) || isFunction(value)],
  columns: [
    'an array of column names, or an object of their types',
    (value: unknown) => areTexts(value) || (isObject(value) && areTexts(Object.values(value))),
  ],
  transforms: [
    'an array of transforms',
    (value: unknown) =>
      Array.isArray(value) && value.every((item) => isFunction(item?.apply) && 'kind' in item),
  ],
  'row schema': [
    'a schema that speaks Standard Schema',
    (value: unknown) => isFunction((value as StandardLike)?.['~standard']?.validate),
  ],
  stream: ['a stream', (value: unknown) => isFunction((value as { pipe?: unknown } | null)?.pipe)],
  'text or null': ['a text or null', (value: unknown) => value === null || isText(value)],
  'number or null': ['a number or null', (value: unknown) => value === null || Number.isFinite(value)],
  bytes: [
    'bytes',
    (value: unknown) => value instanceof Uint8Array || isFunction((value as { read?: unknown } | null)?.read),
  ],
  'schema pairs': [
    'an array of [name, type] pairs, or a text',
    (value: unknown) =>
      value === null || isText(value) || (Array.isArray(value) && value.every((pair) => Array.isArray(pair))),
  ],
  schema: ['a ResultSchema', isSchema],
  plan: [
    'a Plan, as createPlan makes it',
    (value: unknown) => isObject(value) && isSchema(value.schema) && areObjects(value.columns),
  ],
} as const satisfies Record<string, readonly [wanted: string, fits: (value: unknown) => boolean]>

type StandardLike = { '~standard'?: { validate?: unknown } } | null | undefined

/** A kind of value by its name, or the texts that it may be. */
export type OptionShape = keyof typeof SHAPES | readonly string[]

/** The shape of each option: the compiler names an option that is missing here, and one that is too many. */
export type OptionShapes<Options> = Readonly<Record<keyof Options, OptionShape>>

/**
 * Checks the options of a call, for callers without a compiler: an option of `undefined` is not given.
 *
 * @param what whose options they are: `query`
 * @throws SluiceError `E_USAGE` for anything but an object, for an unknown name, and for a value of another shape.
 */
export function checkOptions(
  given: unknown,
  what: string,
  shapes: Readonly<Record<string, OptionShape>>,
  hintFor: (name: string) => string | undefined = () => undefined,
): void {
  requireShape(isObject(given), `the options of ${what}`, 'an object')
  const known = Object.keys(shapes)
  for (const [name, value] of Object.entries(given as object)) {
    if (value === undefined) continue
    if (!Object.hasOwn(shapes, name)) {
      const meant = suggestion(name, known)
      throw new SluiceError('E_USAGE', `${what} has no option ${JSON.stringify(name)}${meant}`, {
        hint: hintFor(name) ?? `the options of ${what} are ${listed(known, 'and')}`,
      })
    }
    checkArgument(value, `the option ${name} of ${what}`, shapes[name]!)
  }
}

/** As {@link checkOptions}, for one argument. */
export function checkArgument(value: unknown, what: string, shape: OptionShape): void {
  if (typeof shape !== 'string') {
    const meant = isText(value) ? suggestion(value, shape) : ''
    requireShape(shape.includes(value as string), what, `${listed(shape, 'or')}${meant}`)
    return
  }
  const [wanted, fits] = SHAPES[shape]
  requireShape(fits(value), what, wanted)
}

/** Throws `E_USAGE` for anything but limits, of which any may be left out. */
export function checkLimits(limits: Partial<Limits>): void {
  requireShape(isObject(limits), 'the limits', 'an object')
  const problem = limitsProblem(limits)
  if (problem !== undefined) throw new SluiceError('E_USAGE', problem)
}

/**
 * A duration in whole milliseconds, or `fallback` where none is given.
 *
 * @throws SluiceError `E_USAGE` unless it is one of at least `leastMs`.
 */
export function toMilliseconds<T>(
  name: string,
  value: Duration | undefined,
  fallback: T,
  leastMs = 0,
): number | T {
  if (value === undefined) return fallback
  const ms = durationOf(value)
  requireShape(ms !== undefined, name, SHAPES.duration[0])
  requireShape(ms! >= leastMs, name, `at least ${leastMs} ms`)
  return ms!
}

function durationOf(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 && value <= LONGEST_TIMER_MS ? value : undefined
  }
  if (typeof value !== 'string') return undefined
  try {
    return parseDuration(value)
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

function areObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject)
}

/** Columns with names and types, such as those of a job record or of `parseSchema`. */
function isSchema(value: unknown): boolean {
  const isColumn = ({ name, type }: Record<string, unknown>) =>
    isText(name) && isObject(type) && isText(type.kind)
  return (
    isObject(value) &&
    areObjects(value.columns) &&
    (value.columns as Record<string, unknown>[]).every(isColumn)
  )
}
