/**
 * The public API of td-sluice: a source, transforms and a sink make a `pipeline`; `rows` and `batches` iterate over a
 * result; `connect` is the job API itself.
 *
 * @packageDocumentation
 */

export {
  type CallOptions,
  type Client,
  type ClientConfig,
  type ConfigOptions,
  type ConfigOrigins,
  type ExportedResult,
  type ExportFileFormat,
  type ExportResultOptions,
  type ExportTableOptions,
  type ExtraHeaders,
  type GivenHeaders,
  type IssuedJob,
  type IssueOptions,
  isFinished,
  type Job,
  type JobPage,
  type JobState,
  type JobStatistics,
  type JobStatus,
  type Jobs,
  type JobTimes,
  type KilledJob,
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
export type { JobMessage, RequestMessage, RunMessage } from './diagnostics.js'
export {
  type Advice,
  ERROR_TABLE,
  type ErrorCode,
  type ErrorJson,
  type ErrorMeaning,
  SluiceError,
  type SluiceErrorOptions,
} from './errors.js'
export type { CastName, CastTarget } from './model/casts.js'
export type { Duration } from './model/duration.js'
export type { Compression, Format } from './model/formats.js'
export { DEFAULT_LIMITS, type Limits } from './model/limits.js'
export type { MaskKind } from './model/masks.js'
export type {
  ArrowFileOptions,
  ArrowOptions,
  CsvOptions,
  InvalidUtf8,
  JsonOptions,
  MsgpackOptions,
  OutputOptions,
  ParquetCodec,
  ParquetFileOptions,
  ParquetOptions,
  TsvOptions,
} from './model/option-types.js'
export type {
  EngineProgress,
  JobEvent,
  NoticeEvent,
  ProgressEvent,
  ProgressListener,
  TransferEvent,
} from './model/progress.js'
export type { Column, ResultSchema, RowField, SqlType } from './model/schema.js'
export {
  type Expectations,
  type GateResult,
  gatesOf,
  type PreviousOutput,
  type RowsExpectation,
  type UnmetExpectations,
  type WrittenColumn,
} from './pipeline/gates/expectations.js'
export { batches, rows, toReadable } from './pipeline/iterate.js'
export type { OnAbort } from './pipeline/kill-on-abort.js'
export { type OpenResult, open } from './pipeline/open.js'
export { pipeline } from './pipeline/pipeline.js'
export {
  type RecordBatchesOptions,
  type RecordBatchOptions,
  recordBatches,
} from './pipeline/record-batches.js'
export type { Report } from './pipeline/report.js'
export type { IterateOptions, RowsOptions } from './pipeline/row-types.js'
export type { PipelineOptions } from './pipeline/run.js'
export type { Transform, TransformOf } from './pipeline/shape.js'
export type { Extension } from './rows/extension.js'
export type { Int64, Row, RowReadOptions, Value, ValueOptions } from './rows/reader.js'
export type { Sink, WrittenFile, WrittenOutput } from './sinks/contract.js'
export { arrow, arrows, csv, json, msgpack, ndjson, parquet, tsv } from './sinks/formats/index.js'
export {
  type EarlierFilesRule,
  type MakeSink,
  type PartitionOptions,
  partitionBy,
} from './sinks/partition/index.js'
export { type BatchListener, rowsTo } from './sinks/rows-to.js'
export { withChecksum } from './sinks/targets/checksum.js'
export type { Destination, WebWritable, WebWriter } from './sinks/targets/index.js'
export { tee } from './sinks/tee.js'
export type { JobSourceOptions } from './sources/attach.js'
export { type Connection, connect } from './sources/connection.js'
export type { Source } from './sources/contract.js'
export { job } from './sources/job.js'
export { file, type LocalOptions, type StdinOptions, stdin, stream } from './sources/local.js'
export { type QueryOptions, query } from './sources/query.js'
export type { SqlParams } from './sql/params.js'
export { type SqlTag, type SqlTemplate, sql } from './sql/template.js'
export type { SqlPart, SqlScalar, SqlValue } from './sql/value.js'
export {
  type ColumnOptions,
  cast,
  exclude,
  filter,
  flatMap,
  limit,
  type MapOptions,
  type Mask,
  type MaskOptions,
  type MaybePromise,
  map,
  mask,
  type OutputOf,
  type PlanEdit,
  type RowCallback,
  type RowCallOptions,
  type RowFunction,
  type RowFunctionOptions,
  rename,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  select,
  type ThroughOptions,
  tap,
  through,
  validate,
} from './transforms/index.js'
