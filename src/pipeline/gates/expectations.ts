import { requireShape, SluiceError } from '../../errors.js'
import { checkOptions, type OptionShapes } from '../../usage.js'

/**
 * Expectations of the rows of an output. Checked after all rows were read and verified and before the output is made
 * final: when one check fails, nothing is published.
 */
export interface Expectations {
  /** How many rows the output has, after row functions and limit. */
  rows?: RowsExpectation
  /** Columns of the output without a NULL. */
  notNull?: readonly string[]
  /**
   * Columns of the output in which no value comes twice. An array of columns stands for one key: `['id', ['shop', 'day']]`. A NULL
   * equals nothing, so that a key with a NULL in it never comes twice. Arrays, maps and rows cannot be compared: the check fails.
   * Values are compared by hashes of 128 bits, in up to 256 MiB of memory; more of them go to a temporary file.
   */
  unique?: readonly (string | readonly string[])[]
  /** All columns of the output by name, in this order. */
  columns?: readonly string[]
  /** `same`: names and types of all columns are those of {@link previous}, in the same order. */
  schema?: 'same'
  /** The output that came before this one, for `rows.maxChange` and `schema`. Without it, as in a first run, these two pass as `first`. */
  previous?: PreviousOutput
}

/** Bounds of the number of rows, both included. */
export interface RowsExpectation {
  /** The fewest. */
  min?: number
  /** The most. */
  max?: number
  /** How much more or less they may be than those of the previous output, as a part of these: 0.5 for 50 %. */
  maxChange?: number
}

/** Facts about an earlier output. A report has both. */
export interface PreviousOutput {
  /** Rows that were written. */
  readonly rowsWritten: number
  /** Names and types of its columns. Without them `schema: 'same'` passes as `first`. */
  readonly columns?: readonly WrittenColumn[] | undefined
}

/** A column of an output. */
export interface WrittenColumn {
  /** Its name in the output. */
  readonly name: string
  /** The text of its SQL type; empty where it is unknown. */
  readonly type: string
}

/** Result of one check. */
export interface GateResult {
  /** The check, such as `rows>=1`, `not_null(id)` or `schema=same`. */
  readonly gate: string
  /**
   * `passed`; `failed`; `first`, as there is no earlier output to compare with; `unchecked`, as another check had failed before
   * rows were read.
   */
  readonly outcome: 'passed' | 'failed' | 'first' | 'unchecked'
  /**
   * The measured value: the number of rows, of NULLs, of rows whose key was there before; the share by which the rows changed; the
   * names of the columns. Null where nothing could be.
   */
  readonly value: number | readonly string[] | null
  /** Why it failed. */
  readonly message?: string
}

/** Results of all checks of an output of which one failed: the `cause` of `E_EXPECTATION`. */
export class UnmetExpectations extends Error {
  /** The name of the class. */
  override readonly name = 'UnmetExpectations'
  /** In the order of {@link Expectations}. */
  readonly gates: readonly GateResult[]

  constructor(gates: readonly GateResult[]) {
    super(
      gates.flatMap(({ gate, message }) => (message === undefined ? [] : [`${gate}: ${message}`])).join('\n'),
    )
    this.gates = gates
  }
}

/** The checks that a failed run has made; `undefined` for a failure of another kind. */
export function gatesOf(error: unknown): readonly GateResult[] | undefined {
  const { cause } = Object(error) as { cause?: unknown }
  return cause instanceof UnmetExpectations ? cause.gates : undefined
}

const SHAPES: OptionShapes<Expectations> = {
  rows: 'object',
  notNull: 'texts',
  unique: 'array',
  columns: 'texts',
  schema: ['same'],
  previous: 'object',
}

const ROWS_SHAPES: OptionShapes<RowsExpectation> = { min: 'count', max: 'count', maxChange: 'number' }

const PREVIOUS_SHAPES: OptionShapes<PreviousOutput> = { rowsWritten: 'count', columns: 'array' }

/** Limit for the columns of all keys together: each takes room in a piece of the kernel's output. */
const MOST_KEY_COLUMNS = 1000

/** @throws SluiceError `E_USAGE` for expectations that are unknown, of another shape, or that nothing could meet. */
export function checkExpectations(expect: Expectations): void {
  checkOptions(expect, 'expect', SHAPES)
  const { rows, notNull, unique, columns, previous } = expect
  if (previous !== undefined) {
    // A whole report may stand there.
    const { rowsWritten, columns: earlier } = previous
    checkOptions({ rowsWritten, columns: earlier }, 'expect.previous', PREVIOUS_SHAPES)
    requireShape(rowsWritten !== undefined, 'the option previous of expect', 'an object with rowsWritten')
  }
  if (rows !== undefined) checkRows(rows)
  for (const [name, names] of Object.entries({ notNull, columns }))
    if (names !== undefined) requireNames(names, `the option ${name} of expect`)
  if (unique === undefined) return
  const keys = unique.map((key) => (typeof key === 'string' ? [key] : key))
  for (const key of keys) {
    const areTexts = Array.isArray(key) && key.every((name) => typeof name === 'string')
    requireShape(areTexts, 'each key of the option unique of expect', 'a name, or an array of names')
    requireNames(key, 'a key of the option unique of expect')
  }
  requireNames(keys, 'the option unique of expect')
  const most = `at most ${MOST_KEY_COLUMNS} columns in all keys together`
  requireShape(keys.flat().length <= MOST_KEY_COLUMNS, 'the option unique of expect', most)
}

function checkRows(rows: RowsExpectation): void {
  checkOptions(rows, 'expect.rows', ROWS_SHAPES)
  const { min = 0, max = Number.POSITIVE_INFINITY, maxChange = 0 } = rows
  requireShape(
    maxChange >= 0,
    'the option maxChange of expect.rows',
    'a number from 0 on, such as 0.5 for 50 %',
  )
  if (min > max) throw new SluiceError('E_USAGE', `no number of rows is at least ${min} and at most ${max}`)
}

/** An empty list checks nothing, which its author did not mean. */
function requireNames(names: readonly unknown[], what: string): void {
  requireShape(names.length > 0, what, 'a list of at least one column')
}
