import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname, join, normalize, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { makeFolders } from '../../files/make-folders.js'
import { type Place, sharedPlaces } from '../../files/places.js'

/** Why an export cannot be done; the text ends up in the job's `debug.stderr`. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
}

export const NO_FOLDER = 'this sandbox was started without a folder to export to'

/** The local folder that stands for all buckets. */
export class ExportFolder {
  readonly #path: string
  readonly #tables: readonly Place[]

  /** @param tables files of tables, which no export replaces, wherever they lie */
  constructor(path: string, tables: readonly string[]) {
    this.#path = path
    this.#tables = tables.map((at) => ({ what: 'a table', at: resolve(at), use: 'read' }))
  }

  /** Writes a file under a name from a request, whole or not at all, compressed when the name ends with `.gz`. */
  async write(name: string, lines: AsyncIterable<Uint8Array>): Promise<void> {
    const path = pathInside(this.#path, name)
    const part = `${path}.part`
    const written = [path, part].map((at): Place => ({ what: 'the export', at: resolve(at), use: 'write' }))
    if (sharedPlaces([...this.#tables, ...written]).length > 0)
      throw new ExportError(`${name} is the file of a table of this sandbox`)
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
}

/** Where a name from a request lies in the folder, never outside of it. */
function pathInside(folder: string, name: string): string {
  const relative = normalize(`${sep}${name}`)
  if (relative === sep || relative.endsWith(sep) || relative.includes('\0'))
    throw new ExportError(`not a file name: ${name}`)
  return join(folder, relative)
}
