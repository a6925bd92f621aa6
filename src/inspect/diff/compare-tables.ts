import { throwIfAborted } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import type { Value } from '../../rows/reader.js'
import { noColumn } from '../tables/profile-table.js'
import type { DataColumn, OpenTable } from '../tables/table.js'
import { type Canonical, canonicalFor, textOfCell, typesDiffer } from './canonical.js'
import type { ColumnDiff, DiffExample, TableDiff } from './table-diff.js'
import { type WaitingRow, WaitingRows } from './waiting-rows.js'

/** How two tables are compared. */
export interface DiffOptions {
  /** Stops the comparison. */
  readonly signal?: AbortSignal | undefined
  /**
   * Columns that tell which rows belong together.
   *
   * @default the rows in their order
   */
  readonly key?: readonly string[] | undefined
  /**
   * Only these columns, whose order does not count then.
   *
   * @default all
   */
  readonly columns?: readonly string[] | undefined
  /**
   * Differences that are told of each column.
   *
   * @default 3
   */
  readonly examples?: number | undefined
  /**
   * Bytes that rows may take which wait for the row of the same key, about.
   *
   * @default 256 MiB
   */
  readonly maxMemory?: number | undefined
}

const MIB = 1024 * 1024
/** Longest text of an example. */
const LONGEST = 200
/** Keys of rows without a counterpart that are told. */
const KEYS = 5

/** A column of both tables. */
interface Pair {
  readonly name: string
  readonly a: DataColumn
  readonly b: DataColumn
  readonly atA: number
  readonly atB: number
  readonly canonical: { readonly a: Canonical; readonly b: Canonical }
  different: number
  nullsOnlyA: number
  nullsOnlyB: number
  readonly examples: DiffExample[]
}

/**
 * Compares two tables, each read once, and closes both. In order of rows it holds a batch of each; by key also the rows that wait
 * for their counterpart, which are few where both are sorted alike.
 *
 * @throws SluiceError `E_USAGE` for a column that is in neither table, or a key that is not in both; `E_LIMIT_HELD` where more rows wait
 *   than `maxMemory` holds.
 */
export async function compareTables(
  a: OpenTable,
  b: OpenTable,
  options: DiffOptions = {},
): Promise<TableDiff> {
  try {
    return await new Comparison(a, b, options).run()
  } finally {
    await Promise.all([a.close(), b.close()])
  }
}

class Comparison {
  readonly #a: Cursor
  readonly #b: Cursor
  readonly #options: DiffOptions
  #pairs: Pair[] = []
  #known = ''
  #compared = 0
  #different = 0

  constructor(a: OpenTable, b: OpenTable, options: DiffOptions) {
    this.#a = new Cursor(a)
    this.#b = new Cursor(b)
    this.#options = options
  }

  async run(): Promise<TableDiff> {
    this.#pairUp()
    const { key } = this.#options
    const rest = key === undefined ? await this.#inOrder() : await this.#byKey(key)
    this.#pairUp()
    const { columns } = this.#options
    const [chosenA, chosenB] = [this.#chosen(this.#a), this.#chosen(this.#b)]
    for (const name of columns ?? [])
      if (![...chosenA, ...chosenB].some((column) => column.name === name))
        throw noColumn(name, this.#a.table)
    const schema = {
      onlyA: namesOnlyIn(chosenA, chosenB),
      onlyB: namesOnlyIn(chosenB, chosenA),
      types: this.#pairs
        .filter(({ a, b }) => typesDiffer(a, b))
        .map(({ name, a, b }) => ({ column: name, a: a.type, b: b.type })),
      reordered:
        columns === undefined && this.#pairs.some(({ atB }, i) => i > 0 && atB < this.#pairs[i - 1]!.atB),
    }
    const different = this.#pairs.filter((pair) => pair.different > 0).map(columnDiff)
    const hasSchema = schema.onlyA.length + schema.onlyB.length + schema.types.length > 0 || schema.reordered
    return {
      equal: !hasSchema && different.length === 0 && rest.onlyA + rest.onlyB === 0,
      key: key ?? null,
      schema,
      rows: {
        a: this.#a.rows,
        b: this.#b.rows,
        compared: this.#compared,
        different: this.#different,
        ...rest,
      },
      columns: different,
    }
  }

  #chosen({ table }: Cursor): readonly DataColumn[] {
    const { columns } = this.#options
    return columns === undefined ? table.columns : table.columns.filter(({ name }) => columns.includes(name))
  }

  /** Columns of one name belong together, the second of a name to the second. NDJSON may get more of them. */
  #pairUp(): void {
    const [a, b] = [this.#a.table, this.#b.table]
    const known = `${a.columns.length} ${b.columns.length}`
    if (known === this.#known) return
    this.#known = known
    const wanted = neededColumns(this.#options)
    const places = new Map(occurrences(b.columns).map((name, at) => [name, at]))
    this.#pairs = occurrences(a.columns).flatMap((id, atA) => {
      const atB = places.get(id)
      const [one, other] = [a.columns[atA]!, atB === undefined ? undefined : b.columns[atB]]
      if (atB === undefined || other === undefined || wanted?.includes(one.name) === false) return []
      const before = this.#pairs.find((pair) => pair.atA === atA && pair.atB === atB)
      const sides = [
        { column: one, format: a.format },
        { column: other, format: b.format },
      ] as const
      const canonical = canonicalFor(...sides)
      return [
        before ?? {
          name: one.name,
          a: one,
          b: other,
          atA,
          atB,
          canonical,
          different: 0,
          nullsOnlyA: 0,
          nullsOnlyB: 0,
          examples: [],
        },
      ]
    })
  }

  async #inOrder() {
    for (;;) {
      throwIfAborted(this.#options.signal)
      const [a, b] = [await this.#a.next(), await this.#b.next()]
      this.#pairUp()
      if (a === undefined || b === undefined) break
      this.#compare(a, b, this.#compared + 1)
    }
    await Promise.all([this.#a.skipRest(), this.#b.skipRest()])
    const { rows } = this.#a
    return {
      onlyA: Math.max(0, rows - this.#b.rows),
      onlyB: Math.max(0, this.#b.rows - rows),
      keysOnlyA: [],
      keysOnlyB: [],
    }
  }

  /** Reads on where fewer rows wait, so that of tables that are sorted alike few do. */
  async #byKey(key: readonly string[]) {
    const most = this.#options.maxMemory ?? 256 * MIB
    const [heldA, heldB] = [new WaitingRows(), new WaitingRows()]
    for (;;) {
      const isA = !this.#a.isDone && (this.#b.isDone || this.#a.rows <= this.#b.rows)
      if (!isA && this.#b.isDone) break
      throwIfAborted(this.#options.signal)
      const [from, own, other] = isA ? [this.#a, heldA, heldB] : [this.#b, heldB, heldA]
      const row = await from.next()
      if (row === undefined) continue
      this.#pairUp()
      const texts = this.#keyOf(row, key, isA)
      const id = JSON.stringify(texts)
      const match = other.take(id)
      if (match === undefined) own.add(id, row)
      else if (isA) this.#compare(row, match, texts)
      else this.#compare(match, row, texts)
      if (heldA.bytes + heldB.bytes > most) throw tooMany(heldA.size + heldB.size, most)
    }
    return {
      onlyA: heldA.size,
      onlyB: heldB.size,
      keysOnlyA: heldA.keys(KEYS),
      keysOnlyB: heldB.keys(KEYS),
    }
  }

  #keyOf(row: WaitingRow, key: readonly string[], isA: boolean): (string | null)[] {
    return key.map((name) => {
      const pair = this.#pairs.find((one) => one.name === name)
      if (pair === undefined)
        throw new SluiceError('E_USAGE', `the key ${JSON.stringify(name)} is not a column of both`, {
          hint: `columns of both are ${this.#pairs
            .slice(0, 20)
            .map((one) => one.name)
            .join(', ')}`,
        })
      return isA ? pair.canonical.a(row[pair.atA] ?? null) : pair.canonical.b(row[pair.atB] ?? null)
    })
  }

  #compare(rowA: WaitingRow, rowB: WaitingRow, at: DiffExample['at']): void {
    this.#compared++
    let isDifferent = false
    for (const pair of this.#pairs) {
      const [a, b] = [rowA[pair.atA] ?? null, rowB[pair.atB] ?? null]
      // Most cells are alike as they are.
      if (a === b && typeof a !== 'bigint') continue
      if (pair.canonical.a(a) === pair.canonical.b(b)) continue
      isDifferent = true
      pair.different++
      if (a === null) pair.nullsOnlyA++
      if (b === null) pair.nullsOnlyB++
      if (pair.examples.length < (this.#options.examples ?? 3))
        pair.examples.push({ at, a: shown(a, pair.a), b: shown(b, pair.b) })
    }
    if (isDifferent) this.#different++
  }
}

/** The rows of a table, one at a time. */
class Cursor {
  readonly table: OpenTable
  readonly #batches: AsyncIterator<readonly WaitingRow[]>
  #batch: readonly WaitingRow[] = []
  #at = 0
  /** Rows that were taken. */
  rows = 0
  isDone = false

  constructor(table: OpenTable) {
    this.table = table
    this.#batches = table.batches()[Symbol.asyncIterator]()
  }

  async next(): Promise<WaitingRow | undefined> {
    while (this.#at === this.#batch.length) {
      if (!(await this.#fill())) return undefined
    }
    this.rows++
    return this.#batch[this.#at++]
  }

  /** Counts what is left. */
  async skipRest(): Promise<void> {
    do {
      this.rows += this.#batch.length - this.#at
      this.#at = this.#batch.length
    } while (await this.#fill())
  }

  async #fill(): Promise<boolean> {
    if (this.isDone) return false
    const { done, value } = await this.#batches.next()
    this.isDone = done === true
    this.#batch = done ? [] : value
    this.#at = 0
    return !done
  }
}

/** The columns that are read: those that are compared, and the key; undefined for all. */
export function neededColumns({ columns, key = [] }: DiffOptions): readonly string[] | undefined {
  return columns && [...columns, ...key]
}

function columnDiff({ name, different, nullsOnlyA, nullsOnlyB, examples }: Pair): ColumnDiff {
  return { column: name, different, nullsOnlyA, nullsOnlyB, examples }
}

function occurrences(columns: readonly DataColumn[]): string[] {
  const seen = new Map<string, number>()
  return columns.map(({ name }) => {
    const count = seen.get(name) ?? 0
    seen.set(name, count + 1)
    return `${count} ${name}`
  })
}

/** Of three columns of a name and two the third is in one table only. */
function namesOnlyIn(own: readonly DataColumn[], other: readonly DataColumn[]): string[] {
  const others = new Set(occurrences(other))
  const ids = occurrences(own)
  return own.filter((_, at) => !others.has(ids[at]!)).map(({ name }) => name)
}

function shown(cell: Value, column: DataColumn): string | null {
  if (cell === null) return null
  const text = textOfCell(cell, column)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

function tooMany(rows: number, most: number): SluiceError {
  return new SluiceError(
    'E_LIMIT_HELD',
    `${rows} rows wait for the row of the same key, more than ${most} bytes hold`,
  )
}
