import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { NestedPart } from './nested.js'
import { type DuckDbNested, nestedType } from './nested-types.js'

/** The driver, which is loaded when it is needed. */
type Driver = typeof import('@duckdb/node-api')

/** The type with texts for all that holds no other values. */
export function typeOfTexts(driver: Driver, nested: DuckDbNested | undefined): DuckDBType {
  const inside = (typeText: string) => typeOfTexts(driver, nestedType(typeText))
  switch (nested?.kind) {
    case undefined:
      return driver.VARCHAR
    case 'list':
      return nested.length === undefined
        ? driver.LIST(inside(nested.element))
        : driver.ARRAY(inside(nested.element), nested.length)
    case 'map':
      return driver.MAP(inside(nested.key), inside(nested.value))
    case 'struct':
      return driver.STRUCT(
        Object.fromEntries(nested.fields.map(([name, typeText]) => [name, inside(typeText)])),
      )
    default:
      return nested satisfies never
  }
}

/** The value of that type. */
export function valueOfTexts(
  driver: Driver,
  nested: DuckDbNested | undefined,
  part: NestedPart,
): DuckDBValue {
  const inside = (typeText: string, each: NestedPart) => valueOfTexts(driver, nestedType(typeText), each)
  if (part === null || nested === undefined) return part as string | null
  switch (nested.kind) {
    case 'list': {
      const items = (part as readonly NestedPart[]).map((item) => inside(nested.element, item))
      return nested.length === undefined ? driver.listValue(items) : driver.arrayValue(items)
    }
    case 'map': {
      const { pairs } = part as Extract<NestedPart, { pairs: unknown }>
      return driver.mapValue(
        pairs.map(([key, value]) => ({ key: inside(nested.key, key), value: inside(nested.value, value) })),
      )
    }
    case 'struct': {
      const parts = part as readonly NestedPart[]
      return driver.structValue(
        Object.fromEntries(nested.fields.map(([name, typeText], i) => [name, inside(typeText, parts[i]!)])),
      )
    }
    default:
      return nested satisfies never
  }
}
