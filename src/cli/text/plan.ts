import { ExportRecord } from '../../manifest/export-record.js'
import type { RunPlan } from '../../manifest/plan.js'
import type { PlannedExport } from '../../manifest/planned-export.js'
import { StateFile } from '../../manifest/state-file.js'
import { requireOwnState } from '../../manifest/state-owner.js'
import { isoTime } from '../../manifest/time-text.js'
import { atWindow } from '../../manifest/watermark.js'
import { type FileWriting, fileWritings } from '../../manifest/writing.js'
import { shownTarget } from '../../secrets/export-target.js'
import { escapeControls } from '../terminal/escape.js'
import type { Style } from '../terminal/style.js'
import { grouped, plural } from '../terminal/units.js'

interface PlanFlags {
  readonly force: boolean
  readonly fullRefresh: boolean
}

/** Describes what a run would do, without secrets. */
export async function describePlan(plan: RunPlan, flags: PlanFlags) {
  const state = await StateFile.read(plan.statePath)
  await requireOwnState(
    state,
    plan.path,
    plan.exports.map(({ name }) => name),
  )
  return {
    manifest: plan.path,
    scheduledTime: isoTime(plan.scheduledTime, plan.zone),
    ...(plan.scheduledTimes.length > 1 && {
      scheduledTimes: plan.scheduledTimes.map((time) => isoTime(time, plan.zone)),
      parallel: plan.parallel,
    }),
    timezone: plan.zone.name,
    concurrency: plan.concurrency,
    state: plan.statePath,
    exports: await Promise.all(plan.exports.map((planned) => describe(planned, plan, state, flags))),
  }
}

type PlanDescription = Awaited<ReturnType<typeof describePlan>>

async function describe(
  given: PlannedExport,
  { zone }: RunPlan,
  state: StateFile,
  { force, fullRefresh }: PlanFlags,
) {
  const planned = atWindow(given, state, fullRefresh)
  const record = new ExportRecord(state, planned, force)
  const complete = (await record.complete()) !== undefined
  const action: 'skip' | 'attach' | 'issue' = complete
    ? 'skip'
    : record.jobId === undefined
      ? 'issue'
      : 'attach'
  const { job, writing } = planned
  const files = fileWritings(writing)
  return {
    name: planned.name,
    scheduledTime: isoTime(job.scheduledTime, zone),
    action,
    jobId: record.jobId ?? null,
    // With --force the run chooses another one.
    domainKey: force ? null : record.domainKey,
    type: job.type,
    database: job.database,
    output: writing.path,
    ...('table' in writing ? { format: writing.table.database, compression: 'none' } : formatOfFiles(files)),
    ...(files.length > 1 && {
      outputs: files.map(({ path: output, format, compression }) => ({ output, format, compression })),
    }),
    partitionBy: files[0]?.partitionBy ?? [],
    ...(planned.window && { window: { from: planned.window.from, to: planned.window.to } }),
    resultUrl: job.resultUrl === undefined ? null : shownTarget(job.resultUrl),
    query: job.sql,
  }
}

/** Of several as reports have it. */
function formatOfFiles(files: readonly FileWriting[]) {
  const [first] = files
  const isSame = files.every(({ compression }) => compression === first!.compression)
  return {
    format: files.map(({ format }) => format).join('+'),
    compression: isSame ? first!.compression : 'several',
  }
}

/** The lines of a plan for people. */
export function planText(plan: PlanDescription, style: Style): string[] {
  if (plan.scheduledTimes !== undefined) return backfillText(plan, plan.scheduledTimes)
  const head = `${plural(plan.exports.length, 'export')} for ${plan.scheduledTime} (${plan.timezone}), ${plan.concurrency} at a time`
  return [head, ...plan.exports.flatMap((each) => ['', ...exportText(each, style)])]
}

/** A line for each scheduled time, with what is to be done. */
function backfillText(plan: PlanDescription, times: readonly string[]): string[] {
  const byTime = new Map(times.map((time) => [time, { skip: 0, attach: 0, issue: 0 }]))
  for (const { scheduledTime, action } of plan.exports) byTime.get(scheduledTime)![action]++
  const head =
    `${plural(plan.exports.length, 'export')} for ${times.length} scheduled times (${plan.timezone}), ` +
    `${plural(plan.parallel!, 'time')} and ${plural(plan.concurrency, 'export')} of each at once`
  const lines = [...byTime].map(([time, { skip, attach, issue }]) => {
    const parts = [
      ...(issue === 0 ? [] : [`${plural(issue, 'job')} to issue`]),
      ...(attach === 0 ? [] : [`${plural(attach, 'job')} to attach to`]),
      ...(skip === 0 ? [] : [`${grouped(skip)} complete already`]),
    ]
    return `${time}: ${parts.join(', ')}`
  })
  return [head, ...lines]
}

function outputText(
  { output, format, compression }: Record<'output' | 'format' | 'compression', string>,
  parts: string,
): string {
  return `${output} (${format}${compression === 'none' ? '' : `, ${compression}`}${parts})`
}

function exportText(each: PlanDescription['exports'][number], style: Style): string[] {
  const outputs = each.outputs ?? [each]
  const parts = each.partitionBy.length === 0 ? '' : `, by ${each.partitionBy.join(', ')}`
  const actions = {
    skip: `complete already, by job ${each.jobId}`,
    attach: `attach to job ${each.jobId}`,
    issue: `issue a job${each.domainKey === null ? '' : `, ${each.domainKey}`}`,
  }
  return [
    `${style.bold(each.name)}: ${actions[each.action]}`,
    `  ${each.type} on ${each.database}, to ${outputs.map((output) => outputText(output, parts)).join(' and ')}`,
    ...(each.resultUrl === null ? [] : [`  and to ${escapeControls(each.resultUrl)}`]),
    ...each.query
      .trimEnd()
      .split('\n')
      .map((line) => style.dim(`  | ${escapeControls(line)}`)),
  ]
}
