export { parseSchema } from '../schema/schema-parser.js'
export {
  cast,
  createPlan,
  exclude,
  limit,
  type PlanEdit,
  rename,
  select,
  type TypedPlanEdit,
} from './columns.js'
export { gunzip } from './decode/gunzip.js'
export { frame, readRows } from './frame.js'
export { type Mask, type MaskOptions, mask, type TypedMask } from './mask.js'
export type { CallOptionsFor, OptionsFor } from './options-for.js'
export type { ColumnOptions, RowFlow, RowFlowContext, RowFunction, TypedRowFunction } from './row-flow.js'
export {
  filter,
  flatMap,
  type MapOptions,
  type MaybePromise,
  map,
  type RowCallback,
  type RowCallOptions,
  type RowFunctionOptions,
  tap,
} from './rows.js'
export { type ThroughOptions, through } from './through.js'
export type {
  CastRow,
  MaskedRow,
  PassedRow,
  RemainingRow,
  RenamedRow,
  SelectedRow,
  TypedStage,
} from './typed.js'
export {
  type OutputOf,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  validate,
} from './validate.js'
