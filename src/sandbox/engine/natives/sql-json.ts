import { canonicalNumber } from './json.js'
import { evaluateJsonPath, PathError } from './json-evaluation.js'
import { parseJsonPath } from './json-path.js'
import { type Json, JsonNumber, readJson, writeJson } from './json-text.js'
import { native } from './native.js'

/** Input that is no JSON is for ON ERROR to decide about, as are errors of the path. */
function sequenceOf(text: string, path: string, passed: string): Json[] {
  const input = readJson(text)
  if (input === undefined) throw new PathError('conversion to JSON failed')
  return evaluateJsonPath(parseJsonPath(path), input, readJson(passed) as ReadonlyMap<string, Json>)
}

function orOnError<T>(run: () => T, otherwise: (error: PathError) => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof PathError) return otherwise(error)
    throw error
  }
}

const evaluationError = ({ message }: Error) => new Error(`JSON_PATH_EVALUATION: ${message}`)

const text = (value: Json) => writeJson(value, canonicalNumber)

/** `{"on": "null"}` and its like. */
function instead(what: string, error: Error): string | null {
  if (what === 'error') throw error
  if (what === 'empty array') return '[]'
  return what === 'empty object' ? '{}' : null
}

/** `wrapper|quotes|on empty|on error`, as the clauses say. */
function query(input: string, path: string, passed: string, clauses: string): string | null {
  const [wrapper, quotes, onEmpty, onError] = clauses.split('|') as [string, string, string, string]
  return orOnError(
    () => {
      const found = sequenceOf(input, path, passed)
      if (found.length === 0)
        return instead(onEmpty, new Error('JSON_VALUE_RESULT: JSON path found no items for JSON_QUERY'))
      const [first] = found as [Json]
      const isStructure = Array.isArray(first) || first instanceof Map
      if (wrapper === 'unconditional' || (wrapper === 'conditional' && (found.length > 1 || !isStructure)))
        return text(found)
      if (found.length > 1) throw new PathError('JSON path found multiple items')
      return quotes === 'omit' && typeof first === 'string' ? first : text(first)
    },
    (error) => instead(onError, evaluationError(error)),
  )
}

/**
 * Result of JSON_VALUE, as a letter and a text: `v` a scalar as JSON, `n` null of JSON, `m` nothing, `e` an error. The SQL
 * around it has the clauses.
 */
function value(input: string, path: string, passed: string): string {
  return orOnError(
    () => {
      const found = sequenceOf(input, path, passed)
      if (found.length === 0) return 'm'
      const [first] = found as [Json]
      if (found.length > 1 || Array.isArray(first) || first instanceof Map)
        return 'eJSON path found multiple items, or no scalar'
      return first === null ? 'n' : `v${writeJson(first)}`
    },
    ({ message }) => `e${message}`,
  )
}

/** A number with a point has no text that Trino's documentation tells. */
function scalarText(json: string): string {
  const scalar = readJson(json)
  if (scalar instanceof JsonNumber && /[.eE]/.test(scalar.text))
    throw new Error(
      'the sandbox does not know how Trino writes a fraction that json_value finds; say RETURNING double or decimal',
    )
  return scalar instanceof JsonNumber ? scalar.text : String(scalar)
}

function object(
  keys: readonly (string | null)[],
  values: readonly (string | null)[],
  clauses: string,
): string {
  const [nulls, uniqueness] = clauses.split('|')
  if (keys.includes(null)) throw new Error('JSON_OUTPUT_CONVERSION: null value passed for JSON object key')
  if (uniqueness === 'unique' && new Set(keys).size < keys.length)
    throw new Error('JSON_OUTPUT_CONVERSION: duplicate key passed to JSON_OBJECT function')
  const members = keys.flatMap((key, i) => {
    const item = values[i] ?? null
    return item === null && nulls === 'absent' ? [] : [`${JSON.stringify(key)}:${item ?? 'null'}`]
  })
  return `{${members.join(',')}}`
}

/** https://trino.io/docs/current/functions/json.html: json_exists, json_query, json_value, json_object, json_array. */
export const SQL_JSON = [
  native('_json_exists', ['text', 'text', 'text', 'text'], 'boolean', (input, path, passed, onError) =>
    orOnError<boolean | null>(
      () => sequenceOf(input, path, passed).length > 0,
      (error) => {
        if (onError === 'error') throw evaluationError(error)
        return onError === 'unknown' ? null : onError === 'true'
      },
    ),
  ),
  native('_json_query', ['text', 'text', 'text', 'text'], 'text', query),
  native('_json_value', ['text', 'text', 'text'], 'text', value),
  native('_json_scalar_text', ['text'], 'text', scalarText),
  native('_json_object', ['texts', 'texts', 'text'], 'text', object),
  native(
    '_json_array',
    ['texts', 'text'],
    'text',
    (items, nulls) =>
      `[${items
        .filter((item) => item !== null || nulls === 'null')
        .map((item) => item ?? 'null')
        .join(',')}]`,
  ),
  native('_json_text', ['text'], 'text', (json) => {
    const parsed = readJson(json)
    if (parsed === undefined) throw new Error('JSON_INPUT_CONVERSION: conversion to JSON failed')
    return text(parsed)
  }),
]
