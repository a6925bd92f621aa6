import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { ProgressListener } from '../model/progress.js'
import type { Column } from '../model/schema.js'
import { readBatches } from '../pipeline/read-batches.js'
import { type OpenRun, openRun } from '../pipeline/run.js'
import type { Value } from '../rows/reader.js'
import type { Source } from '../sources/contract.js'
import { limit, select } from '../transforms/columns.js'
import { ColumnProfile } from './column-profile.js'
import { DISTINCT_ERROR } from './hyperloglog.js'
import type { Inspection } from './inspection.js'
import { decimalUnits, withoutPoint } from './parquet-values.js'

/** The part of a result to read, and how. */
export interface InspectOptions {
  /** Ends the reading with `E_INTERRUPTED`. */
  readonly signal?: AbortSignal | undefined
  /** Called with each event, as in a pipeline. */
  readonly onProgress?: ProgressListener | undefined
  /**
   * Only these columns, in this order.
   *
   * @default all
   */
  readonly columns?: readonly string[] | undefined
  /**
   * Read no more than this many rows.
   *
   * @default all
   */
  readonly limit?: number | undefined
  /**
   * How many of the first rows to keep.
   *
   * @default 10
   */
  readonly firstRows?: number | undefined
  /**
   * How many of the commonest values of each column to tell; counting them takes time.
   *
   * @default 0
   */
  readonly topValues?: number | undefined
  /**
   * Whether to tell how the row groups of a Parquet file are stored.
   *
   * @default false
   */
  readonly layout?: boolean | undefined
  /** @default DEFAULT_LIMITS */
  readonly limits?: Partial<Limits> | undefined
}

/** Rows that are kept to be shown, unless the caller says otherwise. */
export const FIRST_ROWS = 10

/**
 * Reads msgpack rows, gzip'd or not, once, and tells what is in them. Rejects as the pipeline does where the data is
 * damaged or not what the job record announces, with `E_USAGE` for a column that is not there.
 */
export async function inspectRows(source: Source, options: InspectOptions = {}): Promise<Inspection> {
  const { signal, onProgress, limits, firstRows = FIRST_ROWS } = options
  const transforms = [
    ...(options.columns ? [select(options.columns)] : []),
    ...(options.limit === undefined ? [] : [limit(options.limit)]),
  ]
  const run = await openRun(source, {
    transforms,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(limits && { limits }),
  })
  try {
    return await profile(run, firstRows, options.topValues)
  } catch (error) {
    throw await run.fail(error)
  }
}

async function profile(run: OpenRun, firstRows: number, topValues?: number): Promise<Inspection> {
  const { source, result, shaped } = run
  const { schema, meter } = result
  const profiles = shaped.plan.columns.map(({ source: at, name, type }) => {
    const typeText = typeTextOf(schema.columns[at], schema.inferred)
    const scale = type.kind === 'decimal' ? type.scale : undefined
    const units = scale === undefined ? undefined : decimalUnits(scale)
    return { profile: new ColumnProfile(name, typeText, units, topValues), scale }
  })
  let decodedBytes = 0
  let rows = 0
  const head: (readonly Value[])[] = []
  // As stored: a number where that is exact, else a bigint.
  const asStored = { shape: 'array', int64: 'bigint' } as const
  for await (const batch of readBatches(run, untypedPlan(shaped.plan), asStored)) {
    if (head.length < firstRows) head.push(...batch.rows.slice(0, firstRows - head.length))
    for (let at = 0; at < profiles.length; at++) {
      const { profile, scale } = profiles[at]!
      if (scale === undefined) profile.addRows(batch.rows, at)
      else for (const row of batch.rows) profile.add(decimalOf(row[at]!, scale))
    }
    rows += batch.rows.length
    decodedBytes += batch.bytes
  }
  const whole = !shaped.limited()
  return {
    format: 'msgpack',
    compression: whole ? (meter.bytes === decodedBytes ? 'none' : 'gzip') : undefined,
    bytes: source.expectedBytes ?? (whole ? meter.bytes : undefined),
    decodedBytes: whole ? decodedBytes : undefined,
    rows: whole ? rows : undefined,
    rowsRead: rows,
    rowGroups: undefined,
    indexes: undefined,
    writer: undefined,
    columns: profiles.map(({ profile }) => profile.summary()),
    distinctError: DISTINCT_ERROR,
    firstRows: head,
  }
}

/** The units of a decimal, which comes as a text: those are not in the order of their values. Anything else stays as it is. */
function decimalOf(value: Value, scale: number): Value {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return value
  return withoutPoint(String(value), scale) ?? String(value)
}

/** A plan that takes each value as it is stored. */
export function untypedPlan(plan: Plan): Plan {
  return {
    ...plan,
    columns: plan.columns.map((column) => ({ ...column, type: { kind: 'unknown', text: '' } })),
  }
}

/** The type in the schema; empty where the schema was inferred. */
export function typeTextOf(column: Column | undefined, inferred: boolean): string {
  return inferred ? '' : (column?.typeText ?? '')
}
