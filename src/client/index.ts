export type { QueryType } from '../model/query-type.js'
export { Secret } from '../secrets/secret.js'
export { type Priority, type PriorityName, parsePriority } from './arguments.js'
export { Client } from './client.js'
export { SITES, type Site } from './config/endpoint.js'
export { isApiKeyVariable, withoutKeys } from './config/found.js'
export type { ExtraHeaders, GivenHeaders } from './config/headers.js'
export {
  type ClientConfig,
  type ConfigOptions,
  type ConfigOrigins,
  checkConfigOptions,
  isConfigOption,
  resolveAccount,
  resolveConfig,
} from './config/index.js'
export type { ManifestAccount } from './config/profile.js'
export type { ExportedResult, ExportFileFormat, ExportResultOptions, ExportTableOptions } from './exports.js'
export { ISSUE_OPTIONS, type IssuedJob, type IssueOptions, requireDatabase } from './issue.js'
export {
  isFinished,
  type Job,
  type JobPage,
  type JobState,
  type JobStatistics,
  type JobStatus,
  type JobTimes,
  type KilledJob,
} from './job-record.js'
export type { CallOptions, Jobs } from './jobs.js'
export type { ListOptions } from './list.js'
export { printable, printableLines } from './printable.js'
export type { ResultFormat, ResultOptions, ResultReply } from './result.js'
export type { WaitOptions } from './wait.js'
