import type { Job } from '../../client/job-record.js'
import type { JsonObject } from '../../client/json.js'
import { type Entry, entries } from '../terminal/page.js'
import type { Style } from '../terminal/style.js'
import { bytes, grouped, plural } from '../terminal/units.js'
import { jobText } from './job.js'
import { jobJson, statisticsJson } from './job-json.js'

/** A job's record, and its statistics where the API has some. */
export interface JobInspection {
  readonly job: Job
  readonly statistics: JsonObject | undefined
}

/** Whether there are rows to be read, now or later. */
type ResultState = 'ready' | 'none' | 'not yet'

/** Output of `inspect` for a job: all that is known without its rows, and how to get those. */
export function jobInspectionText(
  { job, statistics }: JobInspection,
  style: Style,
  columns: number,
): string[] {
  const counters: Entry[] = Object.entries(statistics ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return [
    ...jobText(job, style, columns),
    ...(counters.length === 0 ? [] : ['', style.bold('Statistics'), ...entries(counters, style)]),
    '',
    style.bold('Result'),
    `  ${stateText(job)}`,
    ...commandsFor(job).map((command) => `  ${style.dim(command)}`),
  ]
}

/** The same for machines. */
export function jobInspectionJson({ job, statistics }: JobInspection): object {
  return {
    ...jobJson(job),
    statistics: statistics === undefined ? null : statisticsJson(statistics),
    resultState: resultState(job),
    next: commandsFor(job),
  }
}

function resultState({ status, schema, resultSize }: Job): ResultState {
  if (status === 'success') return schema === null && !resultSize ? 'none' : 'ready'
  return status === 'error' || status === 'killed' ? 'none' : 'not yet'
}

function stateText(job: Job): string {
  const { numRecords, resultSize, schema } = job
  switch (resultState(job)) {
    case 'ready':
      return [
        numRecords === null ? 'rows not counted' : `${grouped(numRecords)} rows`,
        ...(schema === null ? [] : [plural(schema.columns.length, 'column')]),
        ...(resultSize === null ? [] : [`${bytes(resultSize)} as msgpack.gz`]),
      ].join(', ')
    case 'none':
      return job.status === 'success' ? 'the job has made no rows' : 'there is no result'
    case 'not yet':
      return 'the job has not finished'
  }
}

function commandsFor(job: Job): string[] {
  const { jobId } = job
  switch (resultState(job)) {
    case 'ready':
      return [`td-sluice dump ${jobId}`, `td-sluice dump ${jobId} -o result.parquet`]
    case 'none':
      return job.status === 'error' ? [`td-sluice show ${jobId}`] : []
    case 'not yet':
      return [`td-sluice wait ${jobId}`, `td-sluice dump ${jobId} -o result.parquet`]
  }
}
