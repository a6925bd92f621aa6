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

/** What is different in two tables. */
export interface TableDiff {
  /** Whether nothing is. */
  readonly equal: boolean
  /** The columns of the key; null where rows were compared in their order. */
  readonly key: readonly string[] | null
  readonly schema: {
    /** Columns of the first table only. */
    readonly onlyA: readonly string[]
    readonly onlyB: readonly string[]
    /** Columns with different types; guessed types do not count. */
    readonly types: readonly { readonly column: string; readonly a: string; readonly b: string }[]
    /** Whether the columns of both are in another order. */
    readonly reordered: boolean
  }
  readonly rows: {
    /** Rows of the first table. */
    readonly a: number
    readonly b: number
    /** Rows that were compared with each other, and those of them with a difference. */
    readonly compared: number
    readonly different: number
    /** Rows without a counterpart. */
    readonly onlyA: number
    readonly onlyB: number
    /** Keys of the first of those, where there is a key. */
    readonly keysOnlyA: readonly (readonly (string | null)[])[]
    readonly keysOnlyB: readonly (readonly (string | null)[])[]
  }
  /** Only columns with differences. */
  readonly columns: readonly ColumnDiff[]
}
