import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { makeFolders } from '../../files/make-folders.js'

/** Why an export cannot be done; the text ends up in the job's `debug.stderr`. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
}

export const NO_FOLDER = 'this sandbox was started without a folder to export to'

/** Where a name from a request lies in the folder, never outside of it. */
export function pathInside(folder: string, name: string): string {
  const relative = normalize(`${sep}${name}`)
  if (relative === sep || relative.endsWith(sep) || relative.includes('\0'))
    throw new ExportError(`not a file name: ${name}`)
  return join(folder, relative)
}

/** Writes a file whole or not at all, compressed when its name ends with `.gz`. */
export async function writeExport(path: string, lines: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.part`
  try {
    makeFolders(dirname(path))
    const file = createWriteStream(part)
    if (path.endsWith('.gz')) await pipeline(Readable.from(lines), createGzip(), file)
    else await pipeline(Readable.from(lines), file)
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
