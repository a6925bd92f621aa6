import { resolve } from 'node:path'
import { messageOf } from '../errors.js'
import { readKeyFile } from '../files/key-file.js'
import { MASK_KEY_VARIABLE } from '../model/masks.js'
import { needsKey } from '../transforms/mask.js'
import { MaskKey, maskKeyOf } from '../transforms/mask-key.js'
import { type PlanEdits, planEdits } from '../transforms/plan-edits.js'
import type { FilledSettings } from './filled-settings.js'

/** Stands for a wrong one, of which a problem tells, so that nothing else seems wrong. */
const STAND_IN_KEY = new MaskKey('stands for another')

/** How the columns of an export are edited. */
export function resolveEdits(settings: FilledSettings): PlanEdits {
  const { columns, exclude, cast, time_as: timeAs, rename, limit } = settings.all
  const edits = { columns, exclude, ...masksOf(settings), cast, timeAs, rename, limit }
  try {
    planEdits(edits)
  } catch (error) {
    settings.problem([edits.mask === undefined ? 'columns' : 'mask'], messageOf(error))
  }
  return edits
}

/** Masks of `defaults` count as well, so that one more does not show the column of another. */
function masksOf(settings: FilledSettings): Pick<PlanEdits, 'mask' | 'maskKey'> {
  const { defaults } = settings.context.parsed.manifest
  const mask = { ...defaults.mask, ...settings.own.mask }
  if (Object.keys(mask).length === 0) return {}
  if (settings.all.spool !== undefined)
    settings.problem(
      ['spool'],
      'a spool keeps the download as it came, unmasked: leave it out where columns are masked',
    )
  return { mask, ...(needsKey(mask) && { maskKey: maskKeyFor(settings) }) }
}

function maskKeyFor(settings: FilledSettings): MaskKey | undefined {
  const file = settings.text('mask_key_file', { kind: 'path' })
  if (file === undefined) {
    try {
      return maskKeyOf(settings.context.env)
    } catch (error) {
      settings.problem(['mask'], `${MASK_KEY_VARIABLE}: ${messageOf(error)}`)
      return STAND_IN_KEY
    }
  }
  const path = resolve(settings.context.folder, file)
  settings.files.push(path)
  settings.keyFiles.set(path, file)
  try {
    return new MaskKey(readKeyFile(path, file))
  } catch (error) {
    settings.problem(['mask_key_file'], messageOf(error))
    return STAND_IN_KEY
  }
}
