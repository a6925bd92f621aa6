import { SluiceError } from '../errors.js'
import type { Row } from '../rows/reader.js'
import { checkArgument } from '../usage.js'
import type { RowFunction, TypedRowFunction } from './row-flow.js'
import { type MapOptions, map, type RowCallback } from './rows.js'
import type { PassedRow } from './typed.js'

/**
 * Checks each row with a schema of zod, valibot, arktype or any other library that speaks Standard Schema,
 * and passes on what the schema returns: with its conversions and defaults, without what it strips. The
 * columns are the keys of the first such row unless the option `columns` names them.
 *
 * @example
 * validate(z.object({ path: z.string(), code: z.number() }))
 * @throws SluiceError from the run: `E_TYPE` for a row that is refused, with row and column in its message and the issue
 *   as its cause; else as {@link map}.
 */
export function validate<In extends object = Row<never>, S extends StandardSchema = StandardSchema>(
  schema: S,
  options: MapOptions = {},
): TypedRowFunction<In, PassedRow<OutputOf<S>>> {
  return map(validator(schema) as RowCallback<never>, options) as RowFunction
}

/** A function that returns what `schema` makes of a row, or throws `E_TYPE`. */
export function validator<S extends StandardSchema>(schema: S): RowCallback<OutputOf<S>> {
  checkArgument(schema, 'what rows are checked with', 'row schema')
  const { validate: check } = schema['~standard']
  return (row, index) => {
    const result = check(row) as StandardResult<OutputOf<S>> | Promise<StandardResult<OutputOf<S>>>
    return result instanceof Promise ? result.then((late) => accepted(late, index)) : accepted(result, index)
  }
}

function accepted<T>(result: StandardResult<T>, index: number): T {
  if (result.issues === undefined) return result.value
  const issue = result.issues[0]
  throw new SluiceError('E_TYPE', `row ${index + 1}${place(issue)}: ${issue?.message ?? 'it is not valid'}`, {
    cause: issue,
  })
}

/** `, column "items"[0].sku`, nothing where the issue is about the whole row. */
function place(issue: StandardIssue | undefined): string {
  const [column, ...inside] = (issue?.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
  if (column === undefined) return ''
  const path = inside.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return `, column ${JSON.stringify(String(column))}${path.join('')}`
}

/**
 * The part of a Standard Schema, version 1, that td-sluice uses (https://standardschema.dev): the interface that zod, valibot,
 * arktype and others implement. Their schemas have this type already.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The interface itself, under the name that the specification gives it. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1
    /** The library that made the schema. */
    readonly vendor: string
    /** Checks a value. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** There for the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** Result of a validation: a value, or issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** Why a value was refused, and where in it. */
export interface StandardIssue {
  /** Description of the issue, for a person. */
  readonly message: string
  /** Where, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type of what a schema's validation returns. */
export type OutputOf<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']
