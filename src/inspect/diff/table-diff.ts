/** A value that differs. */
export interface DiffExample {
  /** The number of the row, from 1 on, or the texts of its key. */
  readonly at: number | readonly (string | null)[]
  /** The value of the first table as text; null is NULL. */
  readonly a: string | null
  /** The value of the second. */
  readonly b: string | null
}

/** How the values of a column differ that both tables have. */
export interface ColumnDiff {
  /** Its name. */
  readonly column: string
  /** Rows whose values differ, NULLs included. */
  readonly different: number
  /** Rows with NULL in the first table only. */
  readonly nullsOnlyA: number
  /** Rows with NULL in the second table only. */
  readonly nullsOnlyB: number
  /** The first of them. */
  readonly examples: readonly DiffExample[]
}

/** Differences between two tables. */
export interface TableDiff {
  /** Whether nothing is. */
  readonly equal: boolean
  /** The columns of the key; null where rows were compared in their order. */
  readonly key: readonly string[] | null
  /** Differences in names and types. */
  readonly schema: {
    /** Columns of the first table only. */
    readonly onlyA: readonly string[]
    /** Columns of the second table only. */
    readonly onlyB: readonly string[]
    /** Columns with different types; guessed types do not count. */
    readonly types: readonly {
      /** Its name. */
      readonly column: string
      /** Its type in the first table. */
      readonly a: string
      /** Its type in the second. */
      readonly b: string
    }[]
    /** Whether the columns of both are in another order. */
    readonly reordered: boolean
  }
  /** How many rows there are, and what became of them. */
  readonly rows: {
    /** Rows of the first table. */
    readonly a: number
    /** Rows of the second. */
    readonly b: number
    /** Rows that were compared with each other. */
    readonly compared: number
    /** Those of them with a difference. */
    readonly different: number
    /** Rows of the first table without a counterpart. */
    readonly onlyA: number
    /** Rows of the second without one. */
    readonly onlyB: number
    /** Keys of the first rows that count as `onlyA`, where there is a key. */
    readonly keysOnlyA: readonly (readonly (string | null)[])[]
    /** Keys of the first rows that count as `onlyB`. */
    readonly keysOnlyB: readonly (readonly (string | null)[])[]
  }
  /** Only columns with differences. */
  readonly columns: readonly ColumnDiff[]
}
