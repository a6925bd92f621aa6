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
