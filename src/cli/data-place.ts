import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isUrlText } from '../files/url-text.js'
import { type OpenPlace, openPlace, openStreamed, type PlaceOptions } from '../inspect/tables/open-place.js'
import type { Context } from './context.js'

/** What an argument names: a file, the URL of an object, or `-` for stdin. */
export function openData(place: string, options: PlaceOptions, context: Context): Promise<OpenPlace> {
  if (place === '-') return openStreamed(context.stdin(), 'stdin', options)
  return openPlace(isUrlText(place) ? place : resolve(context.cwd, place), options)
}

/** Whether an argument is the number of a job. A file of that name comes first. */
export async function isJobId(place: string, { cwd }: Context): Promise<boolean> {
  if (!/^\d{1,20}$/.test(place)) return false
  const found = await stat(resolve(cwd, place)).catch(() => undefined)
  return found === undefined
}
