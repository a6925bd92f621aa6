import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of the sandbox's own for results, made at first use and removed at the end, also when the process exits. */
export class Scratch {
  #folder: Promise<string> | undefined
  #made: string | undefined
  #count = 0
  readonly #onExit = () => {
    if (this.#made !== undefined) rmSync(this.#made, { recursive: true, force: true })
  }

  /** The path of the folder. */
  async folder(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'td-sluice-sandbox-')).then((path) => {
      this.#made = path
      process.once('exit', this.#onExit)
      return path
    })
    return this.#folder
  }

  /** A path in the folder that nothing uses yet. */
  async path(suffix: string): Promise<string> {
    this.#count += 1
    return join(await this.folder(), `${this.#count}${suffix}`)
  }

  async remove(): Promise<void> {
    process.off('exit', this.#onExit)
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true })
  }
}
