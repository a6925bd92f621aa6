import { mkdir, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ioError } from '../../errors.js'

/** Makes folders, and removes those again that nothing was put into. */
export class Folders {
  readonly #made: string[] = []

  /** Makes the folder and those above it that are missing. Throws `E_IO`. */
  async make(folder: string): Promise<void> {
    try {
      const first = await mkdir(folder, { recursive: true })
      if (first === undefined) return
      const made: string[] = []
      for (let path = folder; path.length >= first.length && path !== dirname(path); path = dirname(path))
        made.unshift(path)
      this.#made.push(...made)
    } catch (error) {
      throw ioError(error, `the folder ${folder}`)
    }
  }

  /** Removes what is empty of what was made. Never rejects. */
  async remove(): Promise<void> {
    for (const folder of this.#made.reverse()) await rmdir(folder).catch(() => {})
  }
}
