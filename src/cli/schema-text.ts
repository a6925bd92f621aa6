/** A column as a JSON text of ours or of the API has it. */
interface NamedColumn {
  name?: unknown
  type?: unknown
  typeText?: unknown
}

/**
 * The `[["name","type"],…]` that there is in a JSON text: that itself, a list of `{ name, type }`, what `show --json` prints, a record
 * as the API has it, a report of this command, or the file beside a msgpack file. Undefined where there is none.
 */
export function schemaTextIn(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const columns = columnsIn(value)
  return columns && JSON.stringify(columns)
}

function columnsIn(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return pairs(value)
  if (typeof value === 'string') return value === '' ? undefined : columnsIn(parsed(value))
  if (typeof value !== 'object' || value === null) return undefined
  const { format, columns, schema, schemaText, hiveResultSchema, hive_result_schema } = value as Record<
    string,
    unknown
  >
  // A report tells the columns of the result as well as those that were written; of msgpack the latter are in the file.
  const ofFile = format === undefined || format === 'msgpack' ? columns : undefined
  for (const found of [ofFile, schema, schemaText, hiveResultSchema, hive_result_schema, columns]) {
    const list = found === undefined || found === null ? undefined : columnsIn(found)
    if (list !== undefined) return list
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An entry that is not a column stays unchanged: the parser of schemas reports it. */
function pairs(list: readonly unknown[]): unknown[] | undefined {
  return list.map((entry) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry
    const { name, type, typeText } = entry as NamedColumn
    return [name, typeText ?? type]
  })
}
