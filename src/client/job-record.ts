import type { ResultSchema } from '../model/schema.js'
import { parseSchema } from '../schema/schema-parser.js'
import { hideTargets, shownSettings, shownTarget, targetSecrets } from '../secrets/export-target.js'
import { redact } from '../secrets/secret.js'
import { checkArgument } from '../usage.js'
import {
  checkedCount,
  count,
  field,
  id,
  isNone,
  isObject,
  type JsonObject,
  number,
  parseJobId,
  parseJsonObject,
  text,
  UnusableReply,
} from './json.js'

const FINISHED = ['success', 'error', 'killed']

/** The states that the API lists jobs by; it has others, `booting` and `killed`, and may come to know more. */
export const LISTED_STATES: readonly string[] = ['queued', 'running', 'success', 'error']

/**
 * Whether a job in this state stays in it for ever.
 *
 * @throws SluiceError `E_USAGE` when the state is no text.
 */
export function isFinished(state: string): boolean {
  checkArgument(state, 'the state', 'text')
  return FINISHED.includes(state)
}

/** A state of a job, in lower case; the API may come to know more than these. */
export type JobState = 'queued' | 'booting' | 'running' | 'success' | 'error' | 'killed' | (string & {})

/** When things happened to a job; null where the API does not say it. */
export interface JobTimes {
  /** When the job was issued. */
  readonly created: Date | null
  /** When its record last changed. */
  readonly updated: Date | null
  /** When an engine began to run it. */
  readonly start: Date | null
  /** When it ended. */
  readonly end: Date | null
}

/** Reply of `job/status`. Times are texts as the API writes them, `2020-12-31 11:22:33 UTC`; `times` has them as dates. */
export interface JobStatus {
  /** The id of the job. */
  readonly jobId: string
  /** Where the job is. */
  readonly status: JobState
  /** When the job was issued. */
  readonly createdAt: string | null
  /** When its record last changed. */
  readonly updatedAt: string | null
  /** When an engine began to run it. */
  readonly startAt: string | null
  /** When it ended. */
  readonly endAt: string | null
  /** The same times as dates. */
  readonly times: JobTimes
  /** In seconds. */
  readonly duration: number | null
  /** In milliseconds. */
  readonly cpuTime: number | null
  /** Bytes of the result as msgpack.gz. */
  readonly resultSize: number | null
  /** Rows of the result. */
  readonly numRecords: number | null
}

/** Reply of `job/show`, and of `job/list` for each job; fields the API left out are null. */
export interface Job extends JobStatus {
  /** The engine, `trino`, `presto` or `hive`, or another kind of job, such as `bulkload`. */
  readonly type: string | null
  /** SQL, or the configuration object of a bulk load, with all values hidden but those of harmless settings. */
  readonly query: string | JsonObject | null
  /** The database that the query runs in. */
  readonly database: string | null
  /** -2 (very low) to 2 (very high). */
  readonly priority: number | null
  /** How often TD itself runs the query again. */
  readonly retryLimit: number | null
  /** Where the result is exported to: scheme, host and path of a URL, the harmless settings of JSON. */
  readonly result: string | null
  /** The page of the job in the console. */
  readonly url: string | null
  /** The user who issued it. */
  readonly userName: string | null
  /** The organization of that user. */
  readonly organization: string | null
  /** The schema of the result as JSON text, `[["name","type"],…]`; null until the job has finished. */
  readonly hiveResultSchema: string | null
  /** The same, parsed: columns with their types. Null where there is none, or none that can be read. */
  readonly schema: ResultSchema | null
  /** The job that exports the result of this one. */
  readonly linkedResultExportJobId: string | null
  /** The job whose result this one exports. */
  readonly resultExportTargetJobId: string | null
  /** The version of the engine. */
  readonly engineVersion: string | null
  /** The key it was issued under. */
  readonly domainKey: string | null
  /** Output of the engine; `job/show` only. */
  readonly debug: { readonly cmdout: string | null; readonly stderr: string | null } | null
}

/**
 * The reply to a question about the job `asked` for, or an entry of a list of jobs.
 *
 * @throws UnusableReply (`E_PROTOCOL`) when it is about another job, when the job id or the status is missing, or when
 *   the counts of a success make no sense. Entries of a list are shown, not relied on: their counts are null then.
 */
export function parseJobStatus(json: JsonObject, asked?: string): JobStatus {
  const jobId = parseJobId(field(json, 'job_id'), asked)
  const status = text(json, 'status')?.toLowerCase()
  if (status === undefined) throw new UnusableReply('the API reply has no job status')
  const [createdAt, updatedAt, startAt, endAt] = ['created_at', 'updated_at', 'start_at', 'end_at'].map(
    (name) => text(json, name),
  ) as [string | null, string | null, string | null, string | null]
  const countOf = asked !== undefined && status === 'success' ? checkedCount : count
  return {
    jobId,
    status,
    createdAt,
    updatedAt,
    startAt,
    endAt,
    times: {
      created: dateOf(createdAt),
      updated: dateOf(updatedAt),
      start: dateOf(startAt),
      end: dateOf(endAt),
    },
    duration: number(json, 'duration'),
    cpuTime: number(json, 'cpu_time'),
    resultSize: countOf(json, 'result_size'),
    numRecords: countOf(json, 'num_records'),
  }
}

/** `2020-12-31 11:22:33 UTC`, and ISO 8601 with a zone. A text without a zone could be any time: it is no date. */
const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?) ?(?:UTC|Z|([+-]\d{2}):?(\d{2}))$/

function dateOf(text: string | null): Date | null {
  const [, day, time, zoneHours = '+00', zoneMinutes = '00'] = TIME.exec(text ?? '') ?? []
  const date = new Date(`${day}T${time}${zoneHours}:${zoneMinutes}`)
  return Number.isNaN(date.getTime()) ? null : date
}

/** Reply of `job/statistics`. */
export interface JobStatistics {
  /** The id of the job. */
  readonly jobId: string
  /** Rows that the job wrote into tables; null where the API does not say it. */
  readonly recordsInserted: number | null
  /** All counters under the API's names, which documents no other one. */
  readonly counters: JsonObject
}

/** @throws UnusableReply (`E_PROTOCOL`) when it is about another job than the one `asked` for. */
export function parseStatistics(json: JsonObject, asked: string): JobStatistics {
  const { job_id: id, ...counters } = json
  const jobId = parseJobId(id, asked)
  return { jobId, recordsInserted: count(json, 'records_inserted'), counters }
}

/** The answer to a kill. */
export interface KilledJob {
  /** The id of the job. */
  readonly jobId: string
  /** The state that it was in before: a finished job stays in it. Null where the API does not say it. */
  readonly formerStatus: JobState | null
}

/**
 * The reply to a kill. Some servers leave it empty (status 204, or 200 without a body): the status alone says that it is
 * done.
 *
 * @throws UnusableReply (`E_PROTOCOL`) when it is about another job than the one `asked` for, or says something else.
 */
export function parseKilledJob(reply: string, asked: string): KilledJob {
  if (isBlank(reply)) return { jobId: asked, formerStatus: null }
  const json = parseJsonObject(reply)
  const formerStatus = text(json, 'former_status')?.toLowerCase() ?? null
  return { jobId: parseJobId(field(json, 'job_id'), asked), formerStatus }
}

/** Nothing, or JSON for it. */
function isBlank(reply: string): boolean {
  return ['', 'null', '""'].includes(reply.replace(/^\ufeff/, '').trim())
}

/**
 * As {@link parseJobStatus}, of all that `job/show` says.
 *
 * @throws UnusableReply as well for a success whose schema is neither text nor JSON for it: the rows would lose their names.
 */
export function parseJob(json: JsonObject, asked?: string): Job {
  const query = field(json, 'query')
  const result = text(json, 'result')
  const found = parseJobStatus(json, asked)
  const schema = field(json, 'hive_result_schema')
  const hiveResultSchema = schemaText(schema)
  if (asked !== undefined && found.status === 'success' && !isNone(schema) && hiveResultSchema === null)
    throw new UnusableReply('the API reply has a hive_result_schema that is no text')
  return {
    ...found,
    type: text(json, 'type'),
    query: isObject(query) ? (shownSettings(query) as JsonObject) : shownQuery(text(json, 'query')),
    database: text(json, 'database'),
    priority: number(json, 'priority'),
    retryLimit: number(json, 'retry_limit'),
    result: result === null ? null : shownTarget(result),
    url: text(json, 'url'),
    userName: text(json, 'user_name'),
    organization: text(json, 'organization'),
    hiveResultSchema,
    schema: schemaOf(hiveResultSchema),
    linkedResultExportJobId: id(json, 'linked_result_export_job_id'),
    resultExportTargetJobId: id(json, 'result_export_target_job_id'),
    engineVersion: text(json, 'engine_version'),
    domainKey: text(json, 'domain_key'),
    debug: parseDebug(field(json, 'debug'), result ?? ''),
  }
}

/** @throws UnusableReply (`E_PROTOCOL`) unless there is a list of jobs. */
export function parseJobList(json: JsonObject): JobPage {
  const jobs = field(json, 'jobs')
  if (!Array.isArray(jobs) || !jobs.every(isObject)) {
    throw new UnusableReply('the API reply has no list of jobs')
  }
  return {
    jobs: jobs.map((job) => parseJob(job)),
    count: count(json, 'count'),
    from: count(json, 'from'),
    to: count(json, 'to'),
  }
}

/** One page of a list of jobs, newest first. */
export interface JobPage {
  /** The jobs of the page, in the order of the API. */
  readonly jobs: readonly Job[]
  /** The API's count of the jobs, where it gives one. */
  readonly count: number | null
  /** The index of the first job listed, where the API says it. */
  readonly from: number | null
  /** The index of the last, inclusive. */
  readonly to: number | null
}

/** The schema is JSON inside a JSON text; should the API ever nest it directly, the text is made from it. */
function schemaText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return Array.isArray(value) ? JSON.stringify(value) : null
}

/** A record is shown, not relied on: the reader of the rows reports errors of the schema. */
function schemaOf(text: string | null): ResultSchema | null {
  try {
    return text === null ? null : parseSchema(text)
  } catch {
    return null
  }
}

/** The configuration of a bulk load comes as JSON text, too; no SQL begins like that. */
function shownQuery(query: string | null): string | null {
  return query?.trimStart().startsWith('{') ? shownTarget(query) : query
}

/** No target is as long as this, in characters; the log of a job that has one is not worth the time to clean it. */
const LONGEST_TARGET = 16_384

/** The engine's output may repeat the target it exports to. */
function parseDebug(value: unknown, target: string): Job['debug'] {
  if (!isObject(value)) return null
  const isLong = target.length > LONGEST_TARGET
  const secrets = target === '' || isLong ? [] : targetSecrets(target)
  const logged = (key: string) => {
    const printed = text(value, key)
    if (printed === null) return null
    return isLong ? '[hidden]' : hideTargets(redact(printed, secrets))
  }
  return { cmdout: logged('cmdout'), stderr: logged('stderr') }
}
