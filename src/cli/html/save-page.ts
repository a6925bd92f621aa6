import { SluiceError } from '../../errors.js'
import { refuseSharedPlaces } from '../../files/places.js'
import { targetOf } from '../../sinks/targets/index.js'
import type { Context } from '../context.js'
import { placesOf, readPlace } from '../places.js'
import { prepareText } from '../report-file.js'

/**
 * Prepares the file that `--html` names, so that nothing is read for a page that could not be written. Returns the function that
 * writes the page, whole or not at all.
 *
 * @param input what is read, which the page must not replace
 * @throws SluiceError `E_USAGE` for what is no file, and as `Target.prepare`.
 */
export async function preparePage(
  options: { readonly html?: string | undefined },
  input: string,
  context: Context,
): Promise<((text: string) => Promise<void>) | undefined> {
  if (options.html === undefined) return undefined
  const target = targetOf(options.html, context)
  if (target.isStdout || target.location === undefined)
    throw new SluiceError('E_USAGE', `--html writes a file, and ${target.name} is none`, {
      hint: 'name a file such as report.html',
    })
  refuseSharedPlaces([readPlace('the input', input, context), ...placesOf(options, context)])
  return prepareText(target, `the page ${options.html}`)
}
