import { SluiceError } from '../errors.js'
import type { CastTarget, TimeForm } from '../model/casts.js'
import type { MaskKind } from '../model/masks.js'
import { cast, exclude, limit, type PlanEdit, rename, select, timeAs } from './columns.js'
import { type Mask, maskBy } from './mask.js'
import type { MaskKey } from './mask-key.js'

/** The edits of a plan by name, as the command and its manifests have them. */
export interface PlanEdits {
  readonly columns?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  readonly mask?: Readonly<Record<string, MaskKind>> | undefined
  readonly maskKey?: MaskKey | undefined
  readonly cast?: Readonly<Record<string, CastTarget>> | undefined
  readonly timeAs?: TimeForm | undefined
  readonly rename?: Readonly<Record<string, string>> | undefined
  readonly limit?: number | undefined
}

/**
 * The edits in the order in which they apply: all of them go by the old names of columns.
 *
 * @throws SluiceError `E_USAGE` when they exclude each other.
 */
export function planEdits(edits: PlanEdits): (PlanEdit | Mask)[] {
  const both = Object.keys(edits.mask ?? {}).find((column) => Object.hasOwn(edits.cast ?? {}, column))
  if (both !== undefined)
    throw new SluiceError('E_USAGE', `the column ${JSON.stringify(both)} is masked and cast`, {
      hint: 'a masked column is a text: leave the cast out',
    })
  refuseLeftOut(edits)
  return [
    ...(edits.columns ? [select(edits.columns)] : []),
    ...(edits.exclude ? [exclude(edits.exclude)] : []),
    ...(edits.mask ? [maskBy(edits.mask, edits.maskKey)] : []),
    ...(edits.cast ? [cast(edits.cast)] : []),
    ...(edits.timeAs ? [timeAs(edits.timeAs)] : []),
    ...(edits.rename ? [rename(edits.rename)] : []),
    ...(edits.limit === undefined ? [] : [limit(edits.limit)]),
  ]
}

/** A column that is left out is not there for the edits behind: to be told before a job is paid for. */
function refuseLeftOut({ columns, exclude: excluded, mask, cast: casts, rename: renames }: PlanEdits): void {
  const isSelected = (name: string) => columns === undefined || columns.includes(name)
  const wrong = excluded?.find((name) => !isSelected(name))
  if (wrong !== undefined)
    throw new SluiceError(
      'E_USAGE',
      `the column ${JSON.stringify(wrong)} is excluded, but not among the columns`,
      {
        hint: 'columns says all that are wanted: leave exclude out',
      },
    )
  for (const [what, edits] of Object.entries({ masked: mask, cast: casts, renamed: renames })) {
    const name = Object.keys(edits ?? {}).find((each) => !isSelected(each) || excluded?.includes(each))
    if (name === undefined) continue
    const how = isSelected(name) ? 'excluded' : 'not among the columns'
    throw new SluiceError('E_USAGE', `the column ${JSON.stringify(name)} is ${what}, but ${how}`, {
      hint: 'a column that is left out goes nowhere: name it in one of the two',
    })
  }
}
