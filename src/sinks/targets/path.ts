import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { SluiceError } from '../../errors.js'
import { refuseMistypedUrl } from '../../files/url-text.js'
import { shownTarget } from '../../secrets/export-target.js'
import type { OpenOutputOptions, Output, OutputChecks, Surroundings, Target } from './contract.js'
import { openDevice } from './device.js'
import { checkFile, openFile } from './file.js'
import { assertRoom, makeFolder } from './folders.js'
import { probeFolder } from './probe.js'
import { resolvePath } from './resolve-path.js'

/** A scheme of two letters or more: one letter is a drive of Windows. */
const URL_SCHEME = /^(file:|[a-z][a-z0-9+.-]+:\/\/)/i

/**
 * A local path. A regular file is written by the commit protocol of `openFile`; a FIFO and a device take the bytes as
 * they come.
 */
export function pathTarget(destination: unknown, { cwd }: Surroundings): Target | undefined {
  if (typeof destination !== 'string') return undefined
  if (destination === '' || destination.includes('\0')) {
    throw new SluiceError('E_USAGE', `${JSON.stringify(destination)} is not a path`)
  }
  const [scheme] = URL_SCHEME.exec(destination) ?? []
  if (scheme !== undefined) {
    // A URL may hold a password.
    const shown = scheme.endsWith('//') ? shownTarget(destination) : destination
    throw new SluiceError('E_USAGE', `${shown}: outputs at ${scheme} URLs are not supported`, {
      hint:
        'write to a local path, to s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/BLOB or sftp://USER@HOST/PATH, ' +
        'or pass a stream from a program',
    })
  }
  refuseMistypedUrl(destination)
  return new PathTarget(destination, isAbsolute(destination) ? destination : `${cwd}${sep}${destination}`)
}

class PathTarget implements Target {
  readonly name: string
  readonly location: string
  /** Absolute, and otherwise as given: a slash at its end means a folder. */
  readonly #path: string

  constructor(name: string, path: string) {
    this.name = name
    this.location = resolve(path)
    this.#path = path
  }

  async prepare({ clobber, missingFolder = false }: OutputChecks = {}): Promise<void> {
    if (missingFolder && (await assertRoom(dirname(this.location))) === 'missing') return
    const resolved = await resolvePath(this.#path, this.name)
    if (resolved.kind !== 'file') return
    await checkFile(resolved, clobber)
    await probeFolder(resolved.path, resolved.name)
  }

  async open(options: OpenOutputOptions = {}): Promise<Output> {
    const resolved = await resolvePath(this.#path, this.name)
    if (resolved.kind === 'device') return openDevice(resolved, options)
    await checkFile(resolved, options.clobber)
    return openFile(resolved, options)
  }

  join(path: string): Target {
    return new PathTarget(join(this.name, path), join(this.#path, path))
  }

  beside(ending: string): Target {
    return new PathTarget(`${this.name}${ending}`, `${this.#path}${ending}`)
  }

  makeFolder(): Promise<() => Promise<void>> {
    return makeFolder(dirname(this.location))
  }

  async size(): Promise<number | undefined> {
    const found = await stat(this.#path).catch(() => undefined)
    return found?.isFile() ? found.size : undefined
  }
}
