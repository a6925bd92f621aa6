import { DuckDBTypeId as Id } from '@duckdb/node-api'

/** A key of a map as a text, as Trino's servers, which are in Java, write it into JSON. */
export function keyText(value: unknown, type: Id): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'number' && type === Id.DOUBLE) return javaNumber(value, String(value))
  if (typeof value === 'number' && type === Id.FLOAT) return javaNumber(value, shortFloat(value))
  if (Array.isArray(value)) return `[${value.map((item) => keyText(item, Id.INVALID)).join(', ')}]`
  return String(value)
}

/** The fewest digits that make this number of 32 bits. */
function shortFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}

/**
 * `1.0`, `1.5E-5`, `NaN`: always a fraction, and an exponent below 10^-3 and from 10^7 on.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)
 */
function javaNumber(value: number, shortest: string): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return shortest.includes('.') ? shortest : `${shortest}.0`
  const [mantissa = '', exponent = ''] = Number(shortest).toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}
