import { messageOf } from '../../errors.js'

const TYPES: Readonly<Record<string, string>> = {
  INT8: 'tinyint',
  INT16: 'smallint',
  INT32: 'integer',
  INT64: 'bigint',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INTEGER: 'integer',
  BIGINT: 'bigint',
}

type Wording = readonly [pattern: RegExp, say: (...parts: string[]) => string]

/** DuckDB's run-time errors, and Trino's in their place: https://trino.io/docs/current/functions/math.html and others. */
const WORDINGS: readonly Wording[] = [
  [
    /Overflow in (addition|subtraction|multiplication) of (INT\d+) \((.+)\)!/,
    (_, operation, type, operands) =>
      `NUMERIC_VALUE_OUT_OF_RANGE: ${TYPES[type!] ?? type} ${operation} overflow: ${operands}`,
  ],
  [
    /Overflow on abs\((-?\d+)\)/,
    (_, value) => `NUMERIC_VALUE_OUT_OF_RANGE: Value ${value} is out of range for abs`,
  ],
  [
    /(Table|View) with name "([^"]+)" already exists/,
    (_, thing, name) => `${thing} '${name}' already exists`,
  ],
  [/Overflow in negation of (?:integer|numeric)/i, () => 'NUMERIC_VALUE_OUT_OF_RANGE: negation overflow'],
  [
    /Type INT128 with value \S+ can't be cast because the value is out of range for the destination type INT64/,
    () => 'NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow',
  ],
  [
    /Type \S+ with value (\S+) can't be cast because the value is out of range for the destination type (INT\d+)/,
    (_, value, type) => `NUMERIC_VALUE_OUT_OF_RANGE: Out of range for ${TYPES[type!] ?? type}: ${value}`,
  ],
  [
    /Casting value "([^"]*)" to type (DECIMAL\(\d+,\s*\d+\)) failed/,
    (_, value, type) => `INVALID_CAST_ARGUMENT: Cannot cast '${value}' to ${type}`,
  ],
  [
    /Failed to cast decimal value (\S+) to type (INT\d+)/,
    (_, value, type) => `NUMERIC_VALUE_OUT_OF_RANGE: Out of range for ${TYPES[type!] ?? type}: ${value}`,
  ],
  [
    /Could not cast value (\S+) to DECIMAL\((\d+),\s*(\d+)\)/,
    (_, value, precision, scale) =>
      `INVALID_CAST_ARGUMENT: Cannot cast '${value}' to DECIMAL(${precision}, ${scale})`,
  ],
  [
    /Could not convert string '(.*)' to (?:INT128|UUID)/,
    (_, value) => `INVALID_CAST_ARGUMENT: Cannot cast value to UUID: ${value}`,
  ],
  [/Map keys must be unique/, () => 'INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed'],
  [/Map keys can not be NULL/, () => 'INVALID_FUNCTION_ARGUMENT: map key cannot be null'],
  [
    /The map key list does not align with the map value list/,
    () => 'INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length',
  ],
  [
    /More than one row returned by a subquery used as an expression/,
    () => 'SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows',
  ],
]

function inTrinosWords(text: string): string | undefined {
  for (const [pattern, say] of WORDINGS) {
    const found = pattern.exec(text)
    if (found) return say(...found)
  }
  return undefined
}

/** In Trino's words where they are known; else without DuckDB's look at its own SQL, which is not the user's. */
export function plainError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'IntegerOverflow') return error
  const text = messageOf(error).replace(/\s+LINE \d+: [\s\S]*$/, '')
  const known = inTrinosWords(text)
  if (known !== undefined) return new Error(known, { cause: error })
  const grouped = /^Binder Error: column "?([^"]+)"? must appear in the GROUP BY clause/.exec(text)?.[1]
  // Columns of subqueries have names of ours.
  if (grouped && /^c\d+$/.test(grouped))
    return new Error('each selected column must be an aggregate expression or appear in GROUP BY clause', {
      cause: error,
    })
  if (grouped)
    return new Error(`'${grouped}' must be an aggregate expression or appear in GROUP BY clause`, {
      cause: error,
    })
  const plain = text
    .replace(/^Invalid Input Error: /, '')
    .replace(/\br\d+\.(?:"([^"]+)"|(\w+))/g, (_, quoted?: string, name?: string) => quoted ?? name!)
  return new Error(plain, { cause: error })
}
