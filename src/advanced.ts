/**
 * The parts of which `td-sluice` is made, for programs that compose streams of their own, and the contracts for sinks, targets
 * and sources of their own. A program that reads and writes results needs none of them.
 *
 * @packageDocumentation
 */

export { FORMAT_NAMES, type RowFormat } from './model/formats.js'
export type { AnySinkOptions, EncodeOptions, EncodeSpec } from './model/option-types.js'
export type { Plan, PlanColumn } from './model/plan.js'
export type { RowBlock } from './model/row-block.js'
export type { CellOf, RowOf } from './pipeline/row-types.js'
export type { WriteThrough } from './pipeline/write-through.js'
export type { OpenSink, SinkContext, SinkResult } from './sinks/contract.js'
export { type CompressorOptions, compressor as compress } from './sinks/formats/compress.js'
export { createSink } from './sinks/formats/index.js'
export { type FileFormat, formatNamed, formatOf } from './sinks/formats/registry.js'
export { encode } from './sinks/formats/rows/index.js'
export type {
  OpenOutputOptions,
  Output,
  OutputChecks,
  OutputEncryption,
  StoredObject,
  Target,
} from './sinks/targets/index.js'
export type { OpenSource, SourceContext } from './sources/contract.js'
export {
  type CallOptionsFor,
  type CastRow,
  createPlan,
  frame,
  gunzip,
  type MaskedRow,
  type OptionsFor,
  type PassedRow,
  parseSchema,
  type RemainingRow,
  type RenamedRow,
  type RowFlow,
  type RowFlowContext,
  readRows,
  type SelectedRow,
  type TypedMask,
  type TypedPlanEdit,
  type TypedRowFunction,
  type TypedStage,
} from './transforms/index.js'
