import type { CastTarget } from '../model/plan.js'
import { cast, exclude, limit, type PlanEdit, rename, select } from './plan.js'

/** The edits of a plan by name, as the command and its manifests have them. */
export interface PlanEdits {
  readonly columns?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  readonly cast?: Readonly<Record<string, CastTarget>> | undefined
  readonly rename?: Readonly<Record<string, string>> | undefined
  readonly limit?: number | undefined
}

/** The edits in the order in which they apply: all of them go by the old names of columns. */
export function planEdits(edits: PlanEdits): PlanEdit[] {
  return [
    ...(edits.columns ? [select(edits.columns)] : []),
    ...(edits.exclude ? [exclude(edits.exclude)] : []),
    ...(edits.cast ? [cast(edits.cast)] : []),
    ...(edits.rename ? [rename(edits.rename)] : []),
    ...(edits.limit === undefined ? [] : [limit(edits.limit)]),
  ]
}
