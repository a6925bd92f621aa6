import { SluiceError } from '../../errors.js'
import { checkArgument, type OptionShapes } from '../../usage.js'
import type { TableReceipt } from './receipts.js'

/** Ways to treat the existing rows of a table; see {@link SqlTableOptions.mode}. */
export const TABLE_MODES = ['append', 'truncate', 'replace', 'upsert'] as const

/** Ways to treat the existing rows of a table. */
export type TableMode = (typeof TABLE_MODES)[number]

/** Ways to treat NUL characters, which PostgreSQL cannot store in text. */
export const NUL_RULES = ['fail', 'strip'] as const

/** Ways to treat NUL characters: fail, or leave them out. */
export type NulRule = (typeof NUL_RULES)[number]

/** Options that all sinks for database tables share; each works in one transaction. */
export interface SqlTableOptions {
  /**
   * How to treat the existing rows of the table:
   * - `append`: they stay
   * - `truncate`: they are removed; the table, its columns, indexes and permissions stay
   * - `replace`: the table is dropped and made anew, with columns typed by the schema
   * - `upsert`: those with the same `key` as a row of the result are updated, the others stay
   *
   * @default 'append'
   */
  mode?: TableMode
  /** For `upsert`: the column or columns that tell rows apart, which need a unique constraint or primary key. */
  key?: string | readonly string[]
  /**
   * Create the table if it is missing, with columns typed by the schema and `key` as its primary key.
   *
   * @default false; true for `replace`
   */
  create?: boolean
  /**
   * For `append`: a name for these rows. It is kept in the table `td_sluice_receipts` beside the table, in the same transaction, so that
   * a second run of that name ends with `E_EXISTS` instead of appending the rows again.
   *
   * @default none
   */
  receipt?: TableReceipt
}

export const SQL_TABLE_OPTIONS: OptionShapes<SqlTableOptions> = {
  mode: TABLE_MODES,
  key: 'name or names',
  create: 'boolean',
  receipt: 'object',
}

/** The options with everything filled in. */
export interface TableAim {
  readonly mode: TableMode
  /** Empty but for `upsert` and a table that is made with a primary key. */
  readonly key: readonly string[]
  readonly create: boolean
  readonly receipt: TableReceipt | undefined
}

/** @throws SluiceError `E_USAGE` for an upsert without a key, and for a key of another mode. */
export function tableAim(options: SqlTableOptions): TableAim {
  const { mode = 'append', key = [], create = false, receipt } = options
  const names = typeof key === 'string' ? [key] : key
  if (mode === 'upsert' && names.length === 0) {
    throw new SluiceError('E_USAGE', 'upsert needs a key: the columns that tell rows apart')
  }
  if (mode !== 'upsert' && names.length > 0) {
    throw new SluiceError('E_USAGE', `a key is for upsert, not for ${mode}`)
  }
  for (const name of names) checkArgument(name, 'a key', 'text')
  for (const part of receipt === undefined ? [] : [receipt.name, receipt.content])
    checkArgument(part, 'a part of the receipt', 'text')
  if (new Set(names).size < names.length) throw new SluiceError('E_USAGE', 'the key has a column twice')
  if (receipt !== undefined && mode !== 'append') {
    throw new SluiceError('E_USAGE', `a receipt is for append: ${mode} can be repeated`)
  }
  return { mode, key: names, create: create || mode === 'replace', receipt }
}
