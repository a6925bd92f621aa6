import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Whether an unfinished output with rows in it lies in or below a folder. What a run makes to probe the place is empty. */
export function isBeingWritten(folder: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((name) => {
    return name.endsWith('.part') && (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0
  })
}
