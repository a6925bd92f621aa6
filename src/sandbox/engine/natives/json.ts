import { type Json, JsonNumber, readJson, writeJson } from './json-text.js'
import { native } from './native.js'
import { javaDouble, javaFloat } from './numbers.js'

/** Whole numbers unchanged, others as Java writes a double. */
export function canonicalNumber(text: string): string {
  return /[.eE]/.test(text) ? javaDouble(Number(text)) : text === '-0' ? '0' : text
}

function parse(text: string): Json {
  const value = readJson(text)
  if (value === undefined)
    throw new Error(`INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '${text}'`)
  return value
}

type Step = { readonly key: string } | { readonly index: number } | 'all' | 'deep'

const paths = new Map<string, readonly Step[]>()

const invalidPath = (path: string) => new Error(`INVALID_FUNCTION_ARGUMENT: Invalid JSON path: '${path}'`)

/** `$.a[0]["b"].*` and `$..a`: https://trino.io/docs/current/functions/json.html#json-extract-function */
function stepsOf(path: string): readonly Step[] {
  let steps = paths.get(path)
  if (steps !== undefined) return steps
  const found: Step[] = []
  const start = path.startsWith('$') ? 1 : 0
  let at = start
  while (at < path.length) {
    const rest = path.slice(at)
    const match =
      /^(?:\.\.(?=[\w*])|\.\*|\[\*\]|\.?\[(-?\d+)\]|\.?\["((?:[^"\\]|\\.)*)"\]|\.?\['((?:[^'\\]|\\.)*)'\]|\.?([^.[\]"'\s*]+))/.exec(
        rest,
      )
    if (!match) throw invalidPath(path)
    const [all, index, double, single, name] = match
    if (all === '..') {
      found.push('deep')
      const next = /^(?:\*|[^.[\]\s]+)/.exec(path.slice(at + 2))![0]
      found.push(next === '*' ? 'all' : { key: next })
      at += 2 + next.length
      continue
    }
    if (index !== undefined) found.push({ index: Number(index) })
    else if (double !== undefined || single !== undefined)
      found.push({ key: (double ?? single)!.replace(/\\(.)/g, '$1') })
    else found.push(name === undefined ? 'all' : { key: name })
    at += all.length
  }
  if (path === '' || (start === 0 && found.length === 0)) throw invalidPath(path)
  steps = found
  if (paths.size > 1000) paths.clear()
  paths.set(path, steps)
  return steps
}

function children(value: Json): Json[] {
  if (Array.isArray(value)) return value
  return value instanceof Map ? [...value.values()] : []
}

const descendants = (value: Json): Json[] => [value, ...children(value).flatMap(descendants)]

function step(value: Json, wanted: Step): Json[] {
  if (wanted === 'all') return children(value)
  if (wanted === 'deep') return descendants(value)
  if ('index' in wanted) {
    const item = Array.isArray(value) ? value[wanted.index] : undefined
    return item === undefined ? [] : [item]
  }
  if (Array.isArray(value) && /^\d+$/.test(wanted.key)) {
    const item = value[Number(wanted.key)]
    return item === undefined ? [] : [item]
  }
  return value instanceof Map && value.has(wanted.key) ? [value.get(wanted.key)!] : []
}

/** The value at a path; several values in an array. */
export function follow(text: string, path: string): Json | undefined {
  const steps = stepsOf(path)
  const value = readJson(text)
  if (value === undefined) return undefined
  const found = steps.reduce<Json[]>(
    (values, wanted) => values.flatMap((item) => step(item, wanted)),
    [value],
  )
  const isMany = steps.some((wanted) => wanted === 'all' || wanted === 'deep')
  return isMany ? found : found[0]
}

function scalarText(value: Json | undefined): string | null {
  if (value === undefined || value === null || Array.isArray(value) || value instanceof Map) return null
  return value instanceof JsonNumber ? value.text : String(value)
}

const asText = (value: Json | undefined) => (value === undefined ? null : writeJson(value))

const cannot = (value: Json, type: string) =>
  new Error(`INVALID_CAST_ARGUMENT: Cannot cast ${writeJson(value)} to ${type}`)

/** A scalar as its text for a cast; `b`: boolean, `i`: whole number, `n`: other number, `m`: decimal, `s`: text. */
function castScalar(value: Json, shape: string): string | null {
  if (value === null) return null
  if (Array.isArray(value) || value instanceof Map)
    throw cannot(value, shape === 's' ? 'varchar' : 'a scalar')
  const text = value instanceof JsonNumber ? value.text : String(value)
  if (shape === 's') return value instanceof JsonNumber ? canonicalNumber(text) : text
  if (shape === 'b') {
    if (value instanceof JsonNumber) return Number(text) === 0 ? 'false' : 'true'
    if (/^(?:true|false)$/i.test(text)) return text.toLowerCase()
    throw cannot(value, 'boolean')
  }
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim()))
    throw cannot(value, shape === 'i' ? 'bigint' : 'double')
  if (shape === 'n' || shape === 'm' || /^[+-]?\d+$/.test(text)) return text
  if (typeof value === 'string') throw cannot(value, 'bigint')
  const rounded = Math.sign(Number(text)) * Math.floor(Math.abs(Number(text)) + 0.5)
  return BigInt(rounded).toString()
}

/** Reads the shape of a type, as `cast.ts` writes it, and makes of a value what DuckDB's own cast takes. */
class Caster {
  readonly #shape: string
  #at = 0

  constructor(shape: string) {
    this.#shape = shape
  }

  /** A function that turns a value into JSON text of the shape. */
  read(): (value: Json) => string {
    const first = this.#shape[this.#at++]!
    if (first === '[') return this.#array()
    if (first === '{') return this.#map()
    if (first === '(') return this.#row()
    if (first === 'j') return (value) => JSON.stringify(writeJson(value))
    return (value) => {
      const text = castScalar(value, first)
      // DuckDB reads numbers of JSON as doubles, which have not all the digits of a decimal.
      return text === null ? 'null' : first === 's' || first === 'm' ? JSON.stringify(text) : text
    }
  }

  #array(): (value: Json) => string {
    const item = this.read()
    this.#at += 1
    return (value) => {
      if (value === null) return 'null'
      if (!Array.isArray(value)) throw cannot(value, 'array')
      return `[${value.map(item).join(',')}]`
    }
  }

  #map(): (value: Json) => string {
    const item = this.read()
    this.#at += 1
    return (value) => {
      if (value === null) return 'null'
      if (!(value instanceof Map)) throw cannot(value, 'map')
      return `{${[...value].map(([key, part]) => `${JSON.stringify(key)}:${item(part)}`).join(',')}}`
    }
  }

  #row(): (value: Json) => string {
    const fields: (readonly [string, (value: Json) => string])[] = []
    while (this.#shape[this.#at] !== ')') {
      const name = /^"(?:[^"\\]|\\.)*"/.exec(this.#shape.slice(this.#at))![0]
      this.#at += name.length
      fields.push([JSON.parse(name) as string, this.read()])
    }
    this.#at += 1
    return (value) => {
      if (value === null) return 'null'
      if (Array.isArray(value)) {
        if (value.length !== fields.length) throw cannot(value, 'row')
        return `{${fields.map(([key, item], i) => `${JSON.stringify(key)}:${item(value[i]!)}`).join(',')}}`
      }
      if (!(value instanceof Map)) throw cannot(value, 'row')
      const lower = new Map([...value].map(([key, part]) => [key.toLowerCase(), part]))
      return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${item(lower.get(key.toLowerCase()) ?? null)}`).join(',')}}`
    }
  }
}

const casters = new Map<string, (value: Json) => string>()

function casterOf(shape: string): (value: Json) => string {
  let caster = casters.get(shape)
  caster ??= new Caster(shape).read()
  casters.set(shape, caster)
  return caster
}

/** Writes what DuckDB made of a value: keys of maps in order, doubles as Java writes them, JSON in it as itself. */
function writeOf(value: Json, shape: string, at: { index: number }): string {
  const letter = shape[at.index++]!
  if (letter === '[' || letter === '{') return writeMany(value, shape, at, letter)
  if (letter === '(') return writeRow(value, shape, at)
  if (value === null) return 'null'
  if (letter === 'j') return String(value)
  if (letter === 'd' && value instanceof JsonNumber) return javaDouble(Number(value.text))
  if (letter === 'r' && value instanceof JsonNumber) return javaFloat(Math.fround(Number(value.text)))
  return writeJson(value)
}

function writeMany(value: Json, shape: string, at: { index: number }, open: string): string {
  const start = at.index
  const write = (item: Json) => {
    at.index = start
    return writeOf(item, shape, at)
  }
  let text = 'null'
  if (Array.isArray(value)) text = `[${value.map(write).join(',')}]`
  else if (value instanceof Map) {
    const keys = [...value.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    text = `{${keys.map((key) => `${JSON.stringify(key)}:${write(value.get(key)!)}`).join(',')}}`
  }
  write(null)
  void open
  at.index += 1
  return text
}

function writeRow(value: Json, shape: string, at: { index: number }): string {
  const parts: string[] = []
  const fields = value instanceof Map ? [...value] : []
  for (let i = 0; shape[at.index] !== ')'; i++) {
    const [name = '', item = null] = fields[i] ?? []
    // A field without a name has an empty key: https://trino.io/docs/current/functions/json.html#cast-to-json
    const isUnnamed = shape[at.index] === '~'
    if (isUnnamed) at.index += 1
    const key = isUnnamed ? '' : name
    const text = writeOf(item, shape, at)
    parts.push(`${JSON.stringify(key)}:${text}`)
  }
  at.index += 1
  return value === null ? 'null' : `{${parts.join(',')}}`
}

function contains(text: string, wanted: (value: Json) => boolean): boolean | null {
  const value = readJson(text)
  return Array.isArray(value) ? value.some(wanted) : null
}

/** https://trino.io/docs/current/functions/json.html */
export const JSONS = [
  native('_json_parse', ['text'], 'text', (text) => writeJson(parse(text), canonicalNumber, true)),
  native('_json_extract', ['text', 'text'], 'text', (text, path) => asText(follow(text, path))),
  native('_json_extract_scalar', ['text', 'text'], 'text', (text, path) => scalarText(follow(text, path))),
  native('_json_array_length', ['text'], 'long', (text) => {
    const value = readJson(text)
    return Array.isArray(value) ? BigInt(value.length) : null
  }),
  native('_json_array_get', ['text', 'number'], 'text', (text, index) => {
    const value = readJson(text)
    const item = Array.isArray(value) ? value.at(index) : undefined
    // A text comes out without its quotes, which makes it no JSON; Trino says so itself.
    return item === undefined || item === null ? null : typeof item === 'string' ? item : writeJson(item)
  }),
  native('_json_array_contains', ['text', 'text'], 'boolean', (text, wanted) =>
    contains(text, (value) => value === wanted),
  ),
  native('_json_array_contains_number', ['text', 'number'], 'boolean', (text, wanted) =>
    contains(
      text,
      (value) => value instanceof JsonNumber && /[.eE]/.test(value.text) && Number(value.text) === wanted,
    ),
  ),
  native('_json_array_contains_whole', ['text', 'long'], 'boolean', (text, wanted) =>
    contains(
      text,
      (value) => value instanceof JsonNumber && /^-?\d+$/.test(value.text) && BigInt(value.text) === wanted,
    ),
  ),
  native('_json_array_contains_boolean', ['text', 'boolean'], 'boolean', (text, wanted) =>
    contains(text, (value) => value === wanted),
  ),
  native('_json_size', ['text', 'text'], 'long', (text, path) => {
    const value = follow(text, path)
    if (value === undefined) return null
    return BigInt(Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0)
  }),
  native('_is_json_scalar', ['text'], 'boolean', (text) => {
    const value = parse(text)
    return !(Array.isArray(value) || value instanceof Map)
  }),
  native('_json_scalar', ['text', 'text'], 'text', (text, shape) => castScalar(parse(text), shape)),
  native('_json_cast', ['text', 'text'], 'text', (text, shape) => {
    const value = parse(text)
    return value === null ? null : casterOf(shape)(value)
  }),
  native('_json_of', ['text', 'text'], 'text', (text, shape) => writeOf(parse(text), shape, { index: 0 })),
]
