/**
 * The public API of td-sluice: a source, transforms and a sink make a `pipeline`; `rows` and `batches` iterate over a
 * result; `createClient` is the job API itself.
 *
 * @packageDocumentation
 */

export {
  type CallOptions,
  type Client,
  type ClientConfig,
  type ConfigOptions,
  type ConfigOrigins,
  createClient,
  type ExportFileFormat,
  type ExportResultOptions,
  type ExportTableOptions,
  type IssuedJob,
  type IssueOptions,
  isFinished,
  type Job,
  type JobPage,
  type JobStatus,
  type Jobs,
  type ListOptions,
  type Priority,
  type PriorityName,
  type QueryType,
  type ResultFormat,
  type ResultOptions,
  type ResultReply,
  resolveConfig,
  type Secret,
  SITES,
  type Site,
  type WaitOptions,
} from './client/index.js'
export { ERROR_TABLE, type ErrorCode, SluiceError, type SluiceErrorOptions } from './errors.js'
export type {
  CsvOptions,
  EncodeOptions,
  EncodeSpec,
  InvalidUtf8,
  JsonOptions,
  MsgpackOptions,
  RowFormat,
  TsvOptions,
} from './model/formats.js'
export { DEFAULT_LIMITS, type Limits } from './model/limits.js'
export type { CastTarget, Plan, PlanColumn } from './model/plan.js'
export type {
  EngineProgress,
  JobEvent,
  NoticeEvent,
  ProgressEvent,
  ProgressListener,
  TransferEvent,
} from './model/progress.js'
export type { RowBlock } from './model/row-block.js'
export type { Column, ResultSchema, RowField, SqlType } from './model/schema.js'
export { batches, type IterateOptions, rows } from './pipeline/iterate.js'
export type { OnAbort } from './pipeline/open-source.js'
export { type PipelineOptions, pipeline, type Report, type Transform } from './pipeline/pipeline.js'
export { toReadable } from './pipeline/to-readable.js'
export type { Int64, Row, RowReadOptions, Value, ValueOptions } from './rows/reader.js'
export * from './sinks/index.js'
export type { OpenSource, Source, SourceContext } from './sources/contract.js'
export { file } from './sources/file.js'
export { job } from './sources/job.js'
export type { JobSourceOptions } from './sources/job-options.js'
export type { LocalOptions } from './sources/local.js'
export { type QueryOptions, query } from './sources/query.js'
export { type StdinOptions, stdin } from './sources/stdin.js'
export { stream } from './sources/stream.js'
export * from './transforms/index.js'
