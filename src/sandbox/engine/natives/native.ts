import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api'

/** Values between DuckDB and a function written here. Numbers come as doubles, unless they are 64-bit integers. */
const TYPES = {
  text: VARCHAR,
  texts: LIST(VARCHAR),
  bytes: BLOB,
  number: DOUBLE,
  int: INTEGER,
  long: BIGINT,
  boolean: BOOLEAN,
} as const satisfies Record<string, DuckDBType>

type NativeType = keyof typeof TYPES

interface Values {
  text: string
  texts: readonly (string | null)[]
  bytes: Uint8Array
  number: number
  int: number
  long: bigint
  boolean: boolean
}

type Arguments<P extends readonly NativeType[]> = { [I in keyof P]: Values[P[I]] }

/** A function that DuckDB calls for each row without NULL among its arguments. What it throws ends the query. */
export interface Native {
  readonly name: string
  readonly params: readonly NativeType[]
  readonly returns: NativeType
  // biome-ignore lint/suspicious/noExplicitAny: the types of the arguments are those of `params`.
  readonly call: (...args: any[]) => unknown
  /** Not to be computed once for all rows. */
  readonly isVolatile?: boolean
}

export function native<const P extends readonly NativeType[], R extends NativeType>(
  name: string,
  params: P,
  returns: R,
  call: (...args: Arguments<P>) => Values[R] | null,
): Native {
  return { name, params, returns, call: call as Native['call'] }
}

function outgoing(value: unknown, type: NativeType): DuckDBValue {
  if (value === null || value === undefined) return null
  if (type === 'long') return BigInt(value as number | bigint)
  if (type === 'bytes') return blobValue(value as Uint8Array)
  if (type === 'texts') return listValue(value as (string | null)[])
  return value as DuckDBValue
}

// biome-ignore lint/suspicious/noExplicitAny: DuckDB's values of lists and blobs are objects of its own.
function incoming(value: any, type: NativeType): unknown {
  if (type === 'texts') return value.items
  if (type === 'bytes') return value.bytes
  return value
}

/** Makes a function known to all connections of the database. */
export function register(
  connection: DuckDBConnection,
  { name, params, returns, call, isVolatile }: Native,
): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes: params.map((type) => TYPES[type]),
      returnType: TYPES[returns],
      volatile: isVolatile ?? false,
      mainFunction(info, input, output) {
        try {
          const columns = params.map((_, i) => input.getColumnVector(i))
          for (let row = 0; row < input.rowCount; row++) {
            const args = columns.map((column, i) => {
              const value = column.getItem(row)
              return value === null ? null : incoming(value, params[i]!)
            })
            output.setItem(row, args.includes(null) ? null : outgoing(call(...args), returns))
          }
          output.flush()
        } catch (error) {
          info.setError(error instanceof Error ? error.message : String(error))
        }
      },
    }),
  )
}
