import { DEFAULT_LIMITS, type Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { ProgressListener } from '../model/progress.js'
import type { Column } from '../model/schema.js'
import { asSluiceError } from '../pipeline/failure.js'
import { openSource } from '../pipeline/open-source.js'
import { openResult } from '../pipeline/result-stream.js'
import { shape } from '../pipeline/shape.js'
import { Ticker } from '../pipeline/ticker.js'
import { createRowReader, type Value } from '../rows/reader.js'
import type { OpenSource, Source } from '../sources/contract.js'
import { limit, select } from '../transforms/columns.js'
import { blocksOf } from '../transforms/row-flow.js'
import { ColumnProfile } from './column-profile.js'
import { DISTINCT_ERROR } from './hyperloglog.js'
import type { Inspection } from './inspection.js'

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ProgressListener | undefined
  /** Only these columns, in this order. Default all. */
  readonly columns?: readonly string[] | undefined
  /** Read no more than this many rows. Default all. */
  readonly limit?: number | undefined
  /** How many of the first rows to keep. Default 10. */
  readonly firstRows?: number | undefined
  readonly limits?: Partial<Limits> | undefined
}

/** Rows that are kept to be shown, unless the caller says otherwise. */
export const FIRST_ROWS = 10

/**
 * Reads msgpack rows, gzip'd or not, once, and tells what is in them. Rejects as the pipeline does where the data is
 * damaged, with `E_USAGE` for a column that is not there.
 */
export async function inspectRows(source: Source, options: InspectOptions = {}): Promise<Inspection> {
  const { onProgress = () => {}, firstRows: wanted = FIRST_ROWS } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const ending = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal
  let opened: OpenSource | undefined
  let ticker: Ticker | undefined
  try {
    signal.throwIfAborted()
    opened = await openSource(source, { signal, onProgress, onAbort: undefined })
    const result = await openResult(opened, limits, onProgress)
    const edits = [
      ...(options.columns ? [select(options.columns)] : []),
      ...(options.limit === undefined ? [] : [limit(options.limit)]),
    ]
    const shaped = await shape(result, edits, { limits, signal })
    let decodedBytes = 0
    let rows = 0
    const head: (readonly Value[])[] = []
    const onBlock = ({ bytes }: { bytes: Uint8Array }) => {
      decodedBytes += bytes.byteLength
    }
    const { plan, blocks } = blocksOf(
      { ...shaped, plan: untyped(shaped.plan) },
      { ...shaped, limits, onBlock },
    )
    const profiles = shaped.plan.columns.map(
      ({ source: at, name }) =>
        new ColumnProfile(name, typeOf(result.schema.columns[at], result.schema.inferred)),
    )
    // As stored: a number where that is exact, else a bigint.
    const read = createRowReader(plan, { shape: 'array', int64: 'bigint' })
    const { meter } = result
    const totals = { bytes: opened.expectedBytes, rows: options.limit }
    ticker = new Ticker(() => ({ bytesIn: meter.bytes, rows }), totals, onProgress)
    for await (const block of blocks) {
      signal.throwIfAborted()
      const batch = read(block).rows
      if (head.length < wanted) head.push(...batch.slice(0, wanted - head.length))
      for (let at = 0; at < profiles.length; at++) profiles[at]!.addRows(batch, at)
      rows += batch.length
    }
    const whole = !shaped.limited()
    return {
      format: 'msgpack',
      compression: whole ? (meter.bytes === decodedBytes ? 'none' : 'gzip') : undefined,
      bytes: opened.expectedBytes ?? (whole ? meter.bytes : undefined),
      decodedBytes: whole ? decodedBytes : undefined,
      rows: whole ? rows : undefined,
      rowsRead: rows,
      rowGroups: undefined,
      writer: undefined,
      columns: profiles.map((profile) => profile.summary()),
      distinctError: DISTINCT_ERROR,
      firstRows: head,
    }
  } catch (error) {
    throw asSluiceError(error, options.signal)
  } finally {
    ticker?.stop()
    ending.abort()
    opened?.body.destroy()
  }
}

/** A plan that takes each value as it is stored. */
function untyped(plan: Plan): Plan {
  return {
    ...plan,
    columns: plan.columns.map((column) => ({ ...column, type: { kind: 'unknown', text: '' } })),
  }
}

function typeOf(column: Column | undefined, inferred: boolean): string {
  return inferred ? '' : (column?.typeText ?? '')
}
