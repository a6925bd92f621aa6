import type { Job, JobStatus } from '../../client/job-record.js'
import type { JsonObject } from '../../client/json.js'

/** Output of `status --json`: times in ISO 8601, `duration` in seconds, `cpuTime` in milliseconds, `resultSize` in bytes. */
export function statusJson(status: JobStatus) {
  const { jobId, status: state, createdAt, updatedAt, startAt, endAt } = status
  const { duration, cpuTime, resultSize, numRecords, times } = status
  return {
    jobId,
    status: state,
    createdAt: isoJobTime(times.created, createdAt),
    updatedAt: isoJobTime(times.updated, updatedAt),
    startAt: isoJobTime(times.start, startAt),
    endAt: isoJobTime(times.end, endAt),
    duration,
    cpuTime,
    resultSize,
    numRecords,
  }
}

/** Output of `show --json`, and of `list --json` for each job. */
export function jobJson(job: Job) {
  const { type, query, database, priority, retryLimit, result, url, userName, organization } = job
  const { linkedResultExportJobId, resultExportTargetJobId, engineVersion, domainKey, debug } = job
  return {
    ...statusJson(job),
    type,
    query,
    database,
    priority,
    retryLimit,
    result,
    url,
    userName,
    organization,
    ...schemaJson(job),
    linkedResultExportJobId,
    resultExportTargetJobId,
    engineVersion,
    domainKey,
    debug,
  }
}

/** Output of `stats --json`: the API has its numbers as texts. */
export function statisticsJson(statistics: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(statistics).map(([name, value]) => [name, numberOf(value)]))
}

function numberOf(value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value
  const number = Number(value)
  return String(number) === value && Number.isFinite(number) ? number : value
}

/** A time in ISO 8601; one that cannot be read stays as it came. */
export function isoJobTime(time: Date | null, text: string | null): string | null {
  return time === null ? text : time.toISOString().replace('.000Z', 'Z')
}

/** The columns of a result; a schema that cannot be read stays as it came, too. */
function schemaJson({ hiveResultSchema, schema }: Job) {
  if (schema === null) return { schema, ...(hiveResultSchema !== null && { schemaText: hiveResultSchema }) }
  return { schema: schema.columns.map(({ name, typeText }) => ({ name, type: typeText })) }
}
