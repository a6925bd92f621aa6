import type { ParsedManifest } from './parse.js'
import type { Problem } from './problems.js'
import type { ResolvedExport } from './resolve.js'
import { isoTime } from './time-text.js'
import { fileWritings, type TableWriting } from './writing.js'

/** Which table it is. */
export function tableKey({ table: { file, name, table } }: TableWriting): string {
  return JSON.stringify([file ?? name.split('#', 1), table])
}

/** Whether the rows that are there go. */
export function isRemoving({ tableOptions: { mode } }: TableWriting): boolean {
  return mode === 'truncate' || mode === 'replace'
}

/** Whether one of them would replace what the other has written. */
export function replacesOther(one: ResolvedExport, other: ResolvedExport): boolean {
  const keys = replacedKeys(one)
  return replacedKeys(other).some((key) => keys.includes(key))
}

/** Exports that would replace their own output of another of the times: in the end it would hold one of them. */
export function repeatedOutputs(
  { document, manifest: { timezone: zone } }: ParsedManifest,
  times: readonly (readonly ResolvedExport[])[],
): Problem[] {
  return times[0]!.flatMap((_, i) => {
    const seen = new Map<string, number>()
    for (const { [i]: each } of times) {
      const { scheduledTime } = each!.job
      const keys = replacedKeys(each!)
      const before = keys.map((key) => seen.get(key)).find((time) => time !== undefined)
      if (before !== undefined) {
        const both = `${isoTime(before, zone)} and ${isoTime(scheduledTime, zone)}`
        const message = `the same output for two times, ${both}: put \${date} or \${scheduled_time} into it`
        return [document.problem(['exports', i, 'output'], message)]
      }
      for (const key of keys) seen.set(key, scheduledTime)
    }
    return []
  })
}

/** Outputs of an export that hold the rows of one scheduled time only. */
function replacedKeys({ writing }: ResolvedExport): string[] {
  if ('table' in writing) return isRemoving(writing) ? [tableKey(writing)] : []
  return fileWritings(writing).flatMap(({ path, isFolder, receipt }) => (isFolder && !receipt ? [] : [path]))
}
