import { ExportRecord } from '../../manifest/export-record.js'
import type { RunPlan } from '../../manifest/plan.js'
import type { PlannedExport } from '../../manifest/planned-export.js'
import { StateFile } from '../../manifest/state-file.js'
import { isoTime } from '../../manifest/time-text.js'
import { shownTarget } from '../../secrets/export-target.js'
import { escapeControls } from '../terminal/escape.js'
import type { Style } from '../terminal/style.js'
import { plural } from '../terminal/units.js'

/** Describes what a run would do, without secrets. */
export async function describePlan(plan: RunPlan, statePath: string, force: boolean) {
  const state = await StateFile.read(statePath)
  return {
    manifest: plan.path,
    scheduledTime: isoTime(plan.scheduledTime, plan.zone),
    timezone: plan.zone.name,
    concurrency: plan.concurrency,
    state: statePath,
    exports: await Promise.all(plan.exports.map((planned) => describe(planned, state, force))),
  }
}

type PlanDescription = Awaited<ReturnType<typeof describePlan>>

async function describe(planned: PlannedExport, state: StateFile, force: boolean) {
  const record = new ExportRecord(state, planned, force)
  const complete = (await record.complete()) !== undefined
  const { job, writing } = planned
  return {
    name: planned.name,
    action: complete ? 'skip' : record.jobId === undefined ? 'issue' : 'attach',
    jobId: record.jobId ?? null,
    // With --force the run chooses another one.
    domainKey: force ? null : record.domainKey,
    type: job.type,
    database: job.database,
    output: writing.path,
    ...('table' in writing
      ? { format: writing.table.database, compression: 'none' }
      : { format: writing.format, compression: writing.compression }),
    partitionBy: ('table' in writing ? undefined : writing.partitionBy) ?? [],
    resultUrl: job.resultUrl === undefined ? null : shownTarget(job.resultUrl),
    query: job.sql,
  }
}

/** The lines of a plan for people. */
export function planText(plan: PlanDescription, style: Style): string[] {
  const head = `${plural(plan.exports.length, 'export')} for ${plan.scheduledTime} (${plan.timezone}), ${plan.concurrency} at a time`
  return [head, ...plan.exports.flatMap((each) => ['', ...exportText(each, style)])]
}

function exportText(each: PlanDescription['exports'][number], style: Style): string[] {
  const packed = each.compression === 'none' ? '' : `, ${each.compression}`
  const parts = each.partitionBy.length === 0 ? '' : `, by ${each.partitionBy.join(', ')}`
  const actions = {
    skip: `complete already, by job ${each.jobId}`,
    attach: `attach to job ${each.jobId}`,
    issue: `issue a job${each.domainKey === null ? '' : `, ${each.domainKey}`}`,
  }
  return [
    `${style.bold(each.name)}: ${actions[each.action as keyof typeof actions]}`,
    `  ${each.type} on ${each.database}, to ${each.output} (${each.format}${packed}${parts})`,
    ...(each.resultUrl === null ? [] : [`  and to ${escapeControls(each.resultUrl)}`]),
    ...each.query
      .trimEnd()
      .split('\n')
      .map((line) => style.dim(`  | ${escapeControls(line)}`)),
  ]
}
