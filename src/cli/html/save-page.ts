import { open, stat } from 'node:fs/promises'
import { ioError, SluiceError } from '../../errors.js'
import { type Place, refuseSharedPlaces } from '../../files/places.js'
import { urlScheme } from '../../files/url-text.js'
import { targetOf } from '../../sinks/targets/index.js'
import type { Context } from '../context.js'
import { placesOf, placesOfTarget } from '../places.js'
import { prepareText } from '../report-file.js'
import { PAGE_BEGIN } from './page.js'

/**
 * Prepares the file that `--html` names, so that nothing is read for a page that could not be written. Returns the function that
 * writes the page, whole or not at all.
 *
 * @param inputs what is read, which the page must not replace
 * @throws SluiceError `E_USAGE` for what is no file, for a file that the command reads or answers into, and for one that is there and
 *   is no page; as `Target.prepare`.
 */
export async function preparePage(
  options: { readonly html?: string | undefined },
  inputs: readonly Place[],
  context: Context,
): Promise<((text: string) => Promise<void>) | undefined> {
  if (options.html === undefined) return undefined
  const target = targetOf(options.html, context)
  if (target.isStdout || target.location === undefined)
    throw new SluiceError('E_USAGE', `--html writes a file, and ${target.name} is none`, {
      hint: 'name a file such as report.html',
    })
  const answer = placesOfTarget('the answer on', targetOf('-', context))
  refuseSharedPlaces([...inputs, ...answer, ...placesOf(options, context)])
  await refuseOtherFiles(options.html, target.location)
  return prepareText(target, `the page ${options.html}`)
}

/** A manifest names files that only a start of it finds, such as queries and outputs: none of them is a page. */
async function refuseOtherFiles(name: string, location: string): Promise<void> {
  if (urlScheme(location) !== undefined) return
  const begin = await beginOf(location).catch((error) => {
    throw ioError(error, `the page ${name}`)
  })
  if (begin === '' || begin.toLowerCase() === PAGE_BEGIN) return
  throw new SluiceError('E_USAGE', `${name} holds something else than a page, and is not replaced`, {
    hint: 'choose another name for --html',
  })
}

/** The first characters of a file; none of one that is not there, and none of a device or a FIFO. */
async function beginOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return ''
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PAGE_BEGIN.length), 0, PAGE_BEGIN.length, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}
