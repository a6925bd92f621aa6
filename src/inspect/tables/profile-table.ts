import { throwIfAborted } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import { Ticker } from '../../pipeline/ticker.js'
import type { Value } from '../../rows/reader.js'
import { ColumnProfile } from '../column-profile.js'
import { DISTINCT_ERROR } from '../hyperloglog.js'
import type { Inspection } from '../inspection.js'
import { FIRST_ROWS, type InspectOptions } from '../msgpack-rows.js'
import type { DataColumn, OpenTable } from './table.js'

/** A column with what was learned of it. */
interface Profiled {
  readonly column: DataColumn
  readonly at: number
  readonly profile: ColumnProfile
}

/** Reads a table to its end, or to the limit, and tells what is in it. Closes it. */
export async function profileTable(table: OpenTable, options: InspectOptions): Promise<Inspection> {
  const { signal, onProgress = () => {}, firstRows = FIRST_ROWS, limit = Number.POSITIVE_INFINITY } = options
  let rowsRead = 0
  let isCut = false
  const head: (readonly Value[])[] = []
  const profiled: Profiled[] = []
  const ticker = new Ticker(
    () => ({ bytesIn: table.bytesRead(), rows: rowsRead }),
    { bytes: table.bytes, rows: table.rows },
    onProgress,
  )
  try {
    for await (const batch of table.batches()) {
      throwIfAborted(signal)
      addColumns(profiled, table, options, rowsRead)
      isCut = batch.length > limit - rowsRead
      const rows = isCut ? batch.slice(0, limit - rowsRead) : batch
      for (const { column, at, profile } of profiled) {
        const { measure } = column
        for (const row of rows)
          profile.add(measure === undefined ? (row[at] ?? null) : measure(row[at] ?? null))
      }
      for (const row of rows.slice(0, firstRows - head.length)) head.push(row)
      rowsRead += rows.length
      if (rowsRead >= limit && isCut) break
    }
    // A table without rows has columns all the same.
    addColumns(profiled, table, options, rowsRead)
    const missing = options.columns?.find((name) => !profiled.some(({ column }) => column.name === name))
    if (missing !== undefined) throw noColumn(missing, table)
  } finally {
    ticker.stop()
    await table.close()
  }
  const shown = inOrder(profiled, options.columns)
  return {
    format: table.format,
    compression: table.compression(),
    bytes: table.bytes ?? (isCut ? undefined : table.bytesRead()),
    decodedBytes: isCut ? undefined : table.decodedBytes(),
    rows: table.rows ?? (isCut ? undefined : rowsRead),
    rowsRead,
    rowGroups: undefined,
    indexes: undefined,
    writer: undefined,
    columns: shown.map(({ column, profile }) => ({
      ...profile.summary(),
      type: column.type,
      ...(column.isGuessed && { isGuessed: true as const }),
    })),
    distinctError: DISTINCT_ERROR,
    firstRows: head.map((row) => shown.map(({ column, at }) => shownCell(column, row[at] ?? null))),
  }
}

/** Columns of NDJSON that come late have had NULLs until then. */
function addColumns(
  profiled: Profiled[],
  table: OpenTable,
  options: InspectOptions,
  rowsBefore: number,
): void {
  const { columns, topValues = 0 } = options
  const known = profiled.at(-1)?.at ?? -1
  for (let at = known + 1; at < table.columns.length; at++) {
    const column = table.columns[at]!
    if (columns !== undefined && !columns.includes(column.name)) continue
    const profile = new ColumnProfile(column.name, column.type, column.units, topValues)
    profile.addNulls(rowsBefore)
    profiled.push({ column, at, profile })
  }
}

function inOrder(profiled: readonly Profiled[], names: readonly string[] | undefined): readonly Profiled[] {
  return names?.map((name) => profiled.find(({ column }) => column.name === name)!) ?? profiled
}

/** Units as the texts that they are; what a text format has stays as it is written. */
function shownCell({ units, isGuessed }: DataColumn, cell: Value): Value {
  return !isGuessed && units !== undefined && typeof cell === 'bigint' ? units.text(cell) : cell
}

/** The failure for a column that a table does not have. */
export function noColumn(
  name: string,
  { columns }: { readonly columns: readonly { name: string }[] },
): SluiceError {
  const known = columns.slice(0, 20).map((column) => column.name)
  return new SluiceError('E_USAGE', `there is no column ${JSON.stringify(name)}`, {
    hint: `the columns are ${known.join(', ')}${columns.length > 20 ? ', …' : ''}`,
  })
}
