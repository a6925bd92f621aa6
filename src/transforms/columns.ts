import { requireObject, requireShape, SluiceError } from '../errors.js'
import { CAST_FORMS, type CastTarget, castType, isCastTarget, type TimeForm } from '../model/casts.js'
import type { Plan, PlanColumn } from '../model/plan.js'
import type { ResultSchema, SqlKind } from '../model/schema.js'
import type { Row } from '../rows/reader.js'
import { checkArgument } from '../usage.js'
import type { CastRow, RemainingRow, RenamedRow, SelectedRow, TypedStage } from './typed.js'

/** A transform that only edits the plan: it costs nothing per row. */
export interface PlanEdit {
  /** Tells edits of the plan and row functions apart. */
  readonly kind: 'plan'
  /** @throws SluiceError `E_USAGE` when it names a column that is not there. */
  apply(plan: Plan): Plan
}

/** A {@link PlanEdit} that knows the rows that it takes and makes. */
export interface TypedPlanEdit<In, Out> extends PlanEdit, TypedStage<In, Out> {}

/** Every column, as it is. */
export function identityPlan(schema: ResultSchema): Plan {
  return {
    schema,
    columns: schema.columns.map((column, source) => ({ source, name: column.name, type: column.type })),
  }
}

/**
 * The plan of a schema after edits, such as `select` and `limit`, for stages that are used alone.
 *
 * @throws SluiceError `E_USAGE` for an edit that names a column that is not there, and for what is no schema or no edit.
 */
export function createPlan(schema: ResultSchema, ...edits: readonly PlanEdit[]): Plan {
  checkArgument(schema, 'the schema', 'schema')
  const areEdits = edits.every((item) => (item as PlanEdit | null)?.kind === 'plan')
  requireShape(areEdits, 'each further argument of createPlan', 'an edit, such as select(names)')
  return edits.reduce((plan, edit) => edit.apply(plan), identityPlan(schema))
}

/**
 * Keeps the named columns, in the order named. A name twice gives the column twice. One name may stand alone.
 *
 * @example
 * await pipeline(source, select(['time', 'path']), csv('access.csv'))
 * @throws SluiceError `E_USAGE` when no column is named; from the run, when the result has no such column.
 */
export function select<In extends object = Row<never>, const K extends string = string>(
  names: K | readonly K[],
): TypedPlanEdit<In, SelectedRow<In, K>> {
  const kept = requireNames('select', names)
  return edit((plan) => ({ ...plan, columns: kept.flatMap((name) => namedColumns(plan, name)) }))
}

/**
 * Drops the named columns. One name may stand alone.
 *
 * @example
 * await pipeline(source, exclude(['user']), csv('access.csv'))
 * @throws SluiceError `E_USAGE` when no column is named; from the run, when the result has no such column or none is left.
 */
export function exclude<In extends object = Row<never>, const K extends string = string>(
  names: K | readonly K[],
): TypedPlanEdit<In, RemainingRow<In, K>> {
  const unwanted = requireNames('exclude', names)
  return edit((plan) => {
    const dropped = new Set(unwanted.flatMap((name) => namedColumns(plan, name)))
    const columns = plan.columns.filter((column) => !dropped.has(column))
    if (columns.length === 0) throw new SluiceError('E_USAGE', 'exclude leaves no column')
    return { ...plan, columns }
  })
}

/**
 * Gives columns new names: `{ old: 'new' }`.
 *
 * @example
 * await pipeline(source, rename({ time: 'unix_time' }), csv('access.csv'))
 * @throws SluiceError from the run: `E_USAGE` when the result has no such column.
 */
export function rename<
  In extends object = Row<never>,
  const Names extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
>(names: Names): TypedPlanEdit<In, RenamedRow<In, Names>> {
  requireObject(names, 'the argument of rename')
  const areNames = Object.values(names).every((name) => typeof name === 'string')
  requireShape(areNames, 'each new name', 'a text')
  return edit((plan) => editColumns(plan, names, (column, name) => ({ ...column, name })))
}

/**
 * Converts columns on their way out: `{ column: 'double' }`, to `varchar`, `bigint`, `double`, `boolean`, `date`, `time`,
 * `timestamp`, `decimal(p,s)`, `json` or `uuid`, by the rules of docs/formats.md.
 *
 * @example
 * await pipeline(source, cast({ code: 'varchar' }), parquet('access.parquet'))
 * @throws SluiceError `E_USAGE` for another target; from the run, `E_TYPE` for a value that would lose a digit, naming
 *   column, row and value.
 */
export function cast<
  In extends object = Row<never>,
  const Casts extends Readonly<Record<string, CastTarget>> = Readonly<Record<string, CastTarget>>,
>(types: Casts): TypedPlanEdit<In, CastRow<In, Casts>> {
  requireObject(types, 'the argument of cast')
  for (const target of Object.values(types)) {
    if (isCastTarget(target)) continue
    throw new SluiceError('E_USAGE', `cannot cast to ${target}: use ${CAST_FORMS}`)
  }
  return edit((plan) =>
    editColumns(plan, types, (column, target) => ({ ...column, cast: target, type: castType(target) })),
  )
}

/** Types of numbers that count seconds; a result without a schema may have them too. */
const SECONDS: ReadonlySet<SqlKind> = new Set(['bigint', 'integer', 'double', 'unknown'])

/** Casts the column `time` if it is a number and has no cast of its own. */
export function timeAs(form: TimeForm): PlanEdit {
  return edit((plan) => ({
    ...plan,
    columns: plan.columns.map((column) => {
      const isTime = column.name === 'time' && column.cast === undefined && SECONDS.has(column.type.kind)
      return isTime ? { ...column, cast: form, type: castType(form) } : column
    }),
  }))
}

/**
 * Stops after `rows` rows, and stops reading the source then.
 *
 * @example
 * await pipeline(source, limit(100), csv('first.csv'))
 * @throws SluiceError `E_USAGE` unless it is a whole number from 0 on.
 */
export function limit<In extends object = Row<never>>(rows: number): TypedPlanEdit<In, In> {
  if (!Number.isSafeInteger(rows) || rows < 0) {
    throw new SluiceError('E_USAGE', `a limit is a whole number of rows, not ${String(rows)}`)
  }
  return edit((plan) => ({ ...plan, limit: Math.min(rows, plan.limit ?? rows) }))
}

function edit(apply: (plan: Plan) => Plan): PlanEdit {
  return { kind: 'plan', apply }
}

function requireNames(what: string, given: string | readonly string[]): readonly string[] {
  const names = typeof given === 'string' ? [given] : given
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string')
  requireShape(areNames, `the argument of ${what}`, 'a column name or an array of them')
  if (names.length === 0) throw new SluiceError('E_USAGE', `${what} needs at least one column`)
  return names
}

/** All columns of that name; more than one where the result has duplicates. @throws SluiceError `E_USAGE` when there is none. */
export function namedColumns(plan: Plan, name: string): PlanColumn[] {
  const found = plan.columns.filter((column) => column.name === name)
  if (found.length > 0) return found
  const names = plan.columns.map((column) => column.name)
  throw new SluiceError('E_USAGE', `there is no column ${JSON.stringify(name)}`, {
    hint: `the columns are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
  })
}

function editColumns<T>(
  plan: Plan,
  edits: Readonly<Record<string, T>>,
  change: (column: PlanColumn, to: T) => PlanColumn,
): Plan {
  const changed = new Map<PlanColumn, PlanColumn>()
  for (const [name, to] of Object.entries(edits)) {
    for (const column of namedColumns(plan, name)) changed.set(column, change(column, to))
  }
  return { ...plan, columns: plan.columns.map((column) => changed.get(column) ?? column) }
}
