/**
 * Transforms know, for the compiler only, which rows they take and which they make, so that functions are typed along a
 * pipeline. What is not known is a `Row`.
 */
export interface TypedStage<In, Out> {
  /** Never there: for the compiler only. */
  readonly rowTypes?: { readonly in: (row: In) => void; readonly out: Out } | undefined
}

/**
 * A row that a program has made, as the next function reads it: what was missing is `null`, and an integer comes as a number
 * wherever that is exact.
 */
export type PassedRow<T> = { [K in keyof T]-?: PassedCell<T[K]> }

type PassedCell<V> = V extends undefined ? null : V extends bigint ? number | bigint : V

/** The columns of a row that are named. */
export type SelectedRow<In, K> = string extends keyof In ? In : Pick<In, Extract<keyof In, K>>

/** The columns of a row that are not named. */
export type RemainingRow<In, K> = string extends keyof In ? In : Omit<In, Extract<keyof In, K>>

/** A row with other names, by the old ones. */
export type RenamedRow<In, Names> = {
  [K in keyof In as K extends keyof Names ? (Names[K] extends PropertyKey ? Names[K] : never) : K]: In[K]
}

/** A row some of whose columns are masked. */
export type MaskedRow<In, Masks> = { [K in keyof In]: K extends keyof Masks ? string | null : In[K] }

/** A row some of whose columns have other values. */
export type CastRow<In, Casts> = { [K in keyof In]: K extends keyof Casts ? CastValue<Casts[K]> : In[K] }

type CastValue<Target> =
  | null
  | (Target extends 'varchar' | 'time' | 'json' | 'uuid'
      ? string
      : Target extends 'date' | 'timestamp'
        ? string | number | Date
        : Target extends `decimal(${string})`
          ? string | number
          : Target extends 'boolean'
            ? boolean
            : Target extends 'double'
              ? number
              : number | bigint | string)
