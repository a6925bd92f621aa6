import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import type { Scratch } from '../scratch.js'
import { etagOf, fileBody, type ResultBody } from './result-body.js'

/** Writes bytes to a new file of the scratch folder, which does not stay when that fails. */
export async function spool(scratch: Scratch, bytes: AsyncIterable<Uint8Array>): Promise<ResultBody> {
  const path = await scratch.path('.result')
  const digest = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let size = 0
  try {
    for await (const chunk of bytes) {
      digest.update(chunk)
      await file.writeFile(chunk)
      size += chunk.length
    }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return fileBody(path, size, etagOf(digest.digest('hex')))
}

/**
 * The other forms of results, made when first asked for and kept, so that each has a length, an entity tag and ranges
 * like the original.
 */
export class Renditions {
  readonly #scratch: Scratch
  readonly #made = new WeakMap<ResultBody, Map<string, Promise<ResultBody>>>()

  constructor(scratch: Scratch) {
    this.#scratch = scratch
  }

  /** The rendition `name` of a body, written by `make` if there is none yet. */
  get(body: ResultBody, name: string, make: () => AsyncIterable<Uint8Array>): Promise<ResultBody> {
    const made = this.#made.get(body) ?? new Map<string, Promise<ResultBody>>()
    this.#made.set(body, made)
    let rendition = made.get(name)
    if (rendition === undefined) {
      rendition = spool(this.#scratch, make())
      made.set(name, rendition)
    }
    return rendition
  }
}
