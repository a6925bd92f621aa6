import { SluiceError } from '../../errors.js'
import { createWatcher, type HashRuns, type RowWatcher, type WatchedColumn } from '../../kernel/watcher.js'
import type { Limits } from '../../model/limits.js'
import type { Plan, PlanColumn } from '../../model/plan.js'
import { writtenColumns } from '../../sinks/formats/schema-file.js'
import { DistinctKeys } from './distinct-keys.js'
import { type Expectations, type GateResult, UnmetExpectations, type WrittenColumn } from './expectations.js'
import { GATE_NAMES, percent } from './gate-names.js'

/** A check whose result is known when all rows were read. */
interface RowGate {
  readonly gate: string
  /** @param rows that were written */
  measure(rows: number): Promise<Omit<GateResult, 'gate'>> | Omit<GateResult, 'gate'>
}

/** The key of one check. */
interface Key {
  readonly columns: readonly PlanColumn[]
  /** Its number among all keys. */
  readonly number: number
  /** The place of its first column among those watched. */
  readonly at: number
}

const PASSED = 'passed' as const

/** The checks of one output, which rows pass on their way to it. */
export class Gates {
  readonly #plan: Plan
  readonly #names: readonly string[]
  readonly #known: GateResult[] = []
  readonly #open: RowGate[] = []
  readonly #watched: WatchedColumn[] = []
  #keys = 0
  readonly #hashes: DistinctKeys | undefined
  readonly #watcher: RowWatcher | undefined
  #failure: unknown
  #results: readonly GateResult[] | undefined

  /**
   * @throws SluiceError `E_EXPECTATION` when one fails that has not to wait for rows, such as one about a column that is not
   *   there.
   */
  constructor(expect: Expectations, plan: Plan, limits: Limits) {
    this.#plan = plan
    this.#names = plan.columns.map(({ name }) => name)
    this.#addRows(expect)
    for (const name of expect.notNull ?? []) this.#addNotNull(name)
    const keys = (expect.unique ?? []).map((key) => (typeof key === 'string' ? [key] : key))
    for (const key of keys) this.#addUnique(key)
    if (this.#keys > 0) this.#hashes = new DistinctKeys(this.#keys)
    if (expect.columns !== undefined) this.#checkColumns(expect.columns)
    if (expect.schema !== undefined) this.#checkSchema(expect.previous?.columns)
    if (this.#known.some(({ outcome }) => outcome === 'failed')) {
      const unchecked = this.#open.map(
        ({ gate }): GateResult => ({ gate, outcome: 'unchecked', value: null }),
      )
      throw unmet([...unchecked, ...this.#known])
    }
    if (this.#watched.length > 0) this.#watcher = createWatcher(plan, this.#watched, limits)
  }

  /** Results of the checks; `undefined` until all have passed. */
  get results(): readonly GateResult[] | undefined {
    return this.#results
  }

  /** The same chunks, looked at as they pass. */
  watch(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return this.#watcher === undefined ? chunks : this.#watch(chunks, this.#watcher)
  }

  /**
   * Makes all checks, once rows are read and verified.
   *
   * @param rows that were written
   * @throws SluiceError `E_EXPECTATION` when one fails.
   */
  async evaluate(rows: number): Promise<void> {
    if (this.#watcher !== undefined) await this.#finish(this.#watcher, rows)
    const results: GateResult[] = []
    for (const { gate, measure } of this.#open) results.push({ gate, ...(await measure(rows)) })
    results.push(...this.#known)
    if (results.some(({ outcome }) => outcome === 'failed')) throw unmet(results)
    this.#results = results
  }

  /** Lets go of what was kept. Never rejects. */
  async close(): Promise<void> {
    await this.#hashes?.close()
  }

  async *#watch(chunks: AsyncIterable<Uint8Array>, watcher: RowWatcher): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      // The consumer of the rows reports the problem, with the row.
      try {
        if (this.#failure === undefined) await this.#take(watcher.push(chunk))
      } catch (error) {
        this.#failure = error
      }
      yield chunk
    }
  }

  async #finish(watcher: RowWatcher, rows: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await this.#take(watcher.end())
    const seen = watcher.counts.rows
    if (seen === rows) return
    throw new SluiceError('E_INTERNAL', `the checks have seen ${seen} rows, the output ${rows}`)
  }

  async #take(pieces: Iterable<HashRuns>): Promise<void> {
    for (const runs of pieces) this.#hashes?.add(runs)
    if (this.#hashes?.isFull) await this.#hashes.spill()
  }

  #addRows({ rows = {}, previous }: Expectations): void {
    const { min, max, maxChange } = rows
    if (min !== undefined) {
      const measure = (value: number) => verdict(value, value >= min, thereAre(value))
      this.#open.push({ gate: GATE_NAMES.min(min), measure })
    }
    if (max !== undefined) {
      const measure = (value: number) => verdict(value, value <= max, thereAre(value))
      this.#open.push({ gate: GATE_NAMES.max(max), measure })
    }
    if (maxChange === undefined) return
    const gate = GATE_NAMES.maxChange(maxChange)
    if (previous === undefined) {
      this.#known.push({ gate, outcome: 'first', value: null })
      return
    }
    const before = previous.rowsWritten
    const measure = (now: number) => {
      if (before === 0 && now > 0)
        return failed(null, `${thereAre(now)} after none, a change without a measure`)
      const change = before === 0 ? 0 : Math.abs(now - before) / before
      return verdict(
        change,
        change <= maxChange,
        `${thereAre(now)} after ${before}, a change of ${percent(change)}`,
      )
    }
    this.#open.push({ gate, measure })
  }

  #addNotNull(name: string): void {
    const gate = GATE_NAMES.notNull(name)
    const columns = this.#columnsNamed(gate, name)
    if (columns === undefined) return
    const at = this.#watched.length
    this.#watched.push(...columns.map((column): WatchedColumn => ({ column, keyPart: 'none' })))
    const measure = (rows: number) => {
      const nulls = columns.reduce((sum, _, i) => sum + this.#watcher!.counts.columns[at + i]!.nulls, 0)
      return verdict(
        nulls,
        nulls === 0,
        `${nulls} of ${rowsText(rows)} ${nulls === 1 ? 'has' : 'have'} a NULL`,
      )
    }
    this.#open.push({ gate, measure })
  }

  #addUnique(names: readonly string[]): void {
    const gate = GATE_NAMES.unique(names)
    const columns: PlanColumn[] = []
    for (const name of names) {
      const found = this.#columnsNamed(gate, name)
      if (found === undefined) return
      const nested = found.find(({ type: { kind } }) => kind === 'array' || kind === 'map' || kind === 'row')
      if (nested !== undefined) {
        const message = `values of the column ${JSON.stringify(name)} cannot be compared: it is of type ${nested.type.kind}`
        this.#known.push({ gate, ...failed(null, message) })
        return
      }
      columns.push(...found)
    }
    const key = { columns, number: this.#keys++, at: this.#watched.length }
    const lastOf = columns.length - 1
    this.#watched.push(
      ...columns.map((column, i): WatchedColumn => ({ column, keyPart: i === lastOf ? 'last' : 'some' })),
    )
    this.#open.push({ gate, measure: (rows) => this.#measureUnique(key, rows) })
  }

  async #measureUnique({ columns, number, at }: Key, rows: number): Promise<Omit<GateResult, 'gate'>> {
    const nested = columns.findIndex((_, i) => this.#watcher!.counts.columns[at + i]!.unhashed > 0)
    if (nested >= 0) {
      const name = JSON.stringify(columns[nested]!.name)
      return failed(null, `the column ${name} holds arrays or maps, which cannot be compared`)
    }
    const repeated = await this.#hashes!.repeated(number)
    const have = repeated === 1 ? 'has a key' : 'have keys'
    return verdict(repeated, repeated === 0, `${repeated} of ${rowsText(rows)} ${have} that came before`)
  }

  #checkColumns(wanted: readonly string[]): void {
    const gate = GATE_NAMES.columns(wanted)
    const names = this.#names
    const isSame = names.length === wanted.length && names.every((name, i) => name === wanted[i])
    this.#known.push({ gate, ...verdict(names, isSame, `the columns are ${names.join(', ')}`) })
  }

  #checkSchema(previous: readonly WrittenColumn[] | undefined): void {
    const gate = GATE_NAMES.schema
    if (previous === undefined) {
      this.#known.push({ gate, outcome: 'first', value: null })
      return
    }
    const now = writtenColumns(this.#plan).map(columnText)
    const before = previous.map(columnText)
    const at = Array.from({ length: Math.max(now.length, before.length) }).findIndex(
      (_, i) => now[i] !== before[i],
    )
    const message = `column ${at + 1} is ${now[at] ?? 'missing'}, it was ${before[at] ?? 'missing'}`
    this.#known.push({ gate, ...verdict(now, at < 0, message) })
  }

  /** All columns of that name; none makes the check fail. */
  #columnsNamed(gate: string, name: string): readonly PlanColumn[] | undefined {
    const found = this.#plan.columns.filter((column) => column.name === name)
    if (found.length > 0) return found
    const message = `there is no column ${JSON.stringify(name)}; the columns are ${this.#names.join(', ')}`
    this.#known.push({ gate, ...failed(null, message) })
    return undefined
  }
}

function columnText({ name, type }: WrittenColumn): string {
  return type === '' ? name : `${name} ${type}`
}

function rowsText(rows: number): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'}`
}

function thereAre(rows: number): string {
  return `there ${rows === 1 ? 'is' : 'are'} ${rowsText(rows)}`
}

function verdict<V extends GateResult['value']>(value: V, isMet: boolean, message: string) {
  return isMet ? { outcome: PASSED, value } : failed(value, message)
}

function failed(value: GateResult['value'], message: string) {
  return { outcome: 'failed' as const, value, message }
}

function unmet(gates: readonly GateResult[]): SluiceError {
  const unfulfilled = gates.filter(({ outcome }) => outcome === 'failed')
  const list = unfulfilled.map(({ gate, message }) => `${gate}: ${message}`).join('; ')
  const message =
    gates.length === 1
      ? `the expectation failed, and nothing was published: ${list}`
      : `${unfulfilled.length} of ${gates.length} expectations failed, and nothing was published: ${list}`
  return new SluiceError('E_EXPECTATION', message, { cause: new UnmetExpectations(gates) })
}
