/**
 * What td-sluice uses of a Standard Schema, version 1 (https://standardschema.dev): the interface that zod, valibot,
 * arktype and others implement. Their schemas are of this type as they are.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** There for the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type of what a schema's validation returns. */
export type OutputOf<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']
