import { stat } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { SluiceError } from '../../errors.js'
import { hashWrites } from '../digest.js'
import { type PromiseWithResolver, promiseWithResolver } from '../promise-with-resolver.js'
import type { OpenOutputOptions, Output, OutputChecks, Target } from './contract.js'
import { type Destination, targetOf } from './index.js'

/** The end of the name of the file with the checksum. */
const ENDING = '.sha256'

/** The file beside `path` that holds its checksum. */
export function checksumFileOf(path: string): string {
  return `${path}${ENDING}`
}

/**
 * A place whose bytes are hashed as they are written: beside the file `out.csv` lies `out.csv.sha256`, in the format that
 * `sha256sum -c` reads. Both are complete and synced before the first is renamed, and the checksum comes last: readers that
 * find none, or one that does not match, have come in between.
 *
 * @example
 * await pipeline(source, csv(withChecksum('out.csv')))
 * @throws SluiceError `E_USAGE` for a place that has no room for a second file, such as stdout or a stream.
 */
export function withChecksum(destination: Destination): Target {
  const target = targetOf(destination)
  const beside = target.beside?.(ENDING)
  if (beside === undefined || target.location === undefined)
    throw new SluiceError('E_USAGE', `${target.name} has no place beside it for a checksum`, {
      hint: 'a checksum is for files: name one with -o FILE',
    })
  return new ChecksumTarget(target, beside)
}

class ChecksumTarget implements Target {
  readonly name: string
  readonly location: string
  readonly makeFolder?: () => Promise<() => Promise<void>>
  readonly #target: Target
  readonly #beside: Target

  constructor(target: Target, beside: Target) {
    this.name = target.name
    this.location = target.location!
    this.#target = target
    this.#beside = beside
    const makeFolder = target.makeFolder?.bind(target)
    if (makeFolder !== undefined) this.makeFolder = makeFolder
  }

  async prepare(checks?: OutputChecks): Promise<void> {
    await this.#requireFile()
    await this.#target.prepare(checks)
    // An old checksum may go, where the file itself is not there: it is of no use.
    await this.#beside.prepare({ ...checks, clobber: true })
  }

  async open(options: OpenOutputOptions = {}): Promise<Output> {
    await this.#requireFile()
    const sidecar = await Sidecar.open(this.#beside, options)
    let digest: (() => string) | undefined
    const beforePublish = async () => {
      await sidecar.seal(`${checksumLine(digest!(), basename(this.location))}\n`)
      await options.beforePublish?.()
    }
    try {
      const output = await this.#target.open({ ...options, beforePublish })
      digest = hashWrites(output)
      return new ChecksummedOutput(output, sidecar)
    } catch (error) {
      await sidecar.discard()
      throw error
    }
  }

  beside(ending: string): Target {
    return this.#target.beside!(ending)
  }

  async size(): Promise<number | undefined> {
    return this.#target.size?.()
  }

  /** The bytes of a FIFO or a device cannot be compared later. */
  async #requireFile(): Promise<void> {
    if (!isAbsolute(this.location)) return
    const found = await stat(this.location).catch(() => undefined)
    if (found === undefined || found.isFile() || found.isDirectory()) return
    throw new SluiceError('E_USAGE', `${this.name} is no file, and can have no checksum beside it`)
  }
}

class ChecksummedOutput implements Output {
  readonly writable: Writable
  readonly #output: Output
  readonly #sidecar: Sidecar

  constructor(output: Output, sidecar: Sidecar) {
    this.writable = output.writable
    this.#output = output
    this.#sidecar = sidecar
  }

  get path(): string | undefined {
    return this.#output.path
  }

  get bytesWritten(): number {
    return this.#output.bytesWritten
  }

  async commit(): Promise<void> {
    try {
      await this.#output.commit()
    } catch (error) {
      await this.#sidecar.discard()
      throw error
    }
    await this.#sidecar.publish()
  }

  async discard(): Promise<void> {
    await this.#output.discard()
    await this.#sidecar.discard()
  }
}

/** The file with the checksum, which waits for the one that it is about. */
class Sidecar {
  readonly #output: Output
  readonly #published: PromiseWithResolver
  readonly #sealed: PromiseWithResolver
  #commit: Promise<void> | undefined

  static async open(target: Target, { jobId, signal, notice }: OpenOutputOptions): Promise<Sidecar> {
    const [published, sealed] = [promiseWithResolver(), promiseWithResolver()]
    const beforePublish = () => {
      sealed.resolve()
      return published.promise
    }
    const output = await target.open({ jobId, signal, ...(notice && { notice }), beforePublish })
    return new Sidecar(output, published, sealed)
  }

  private constructor(output: Output, published: PromiseWithResolver, sealed: PromiseWithResolver) {
    this.#output = output
    this.#published = published
    this.#sealed = sealed
  }

  /** Makes the text durable; only the rename is left then. */
  async seal(text: string): Promise<void> {
    this.#output.writable.end(text)
    await finished(this.#output.writable)
    this.#commit = this.#output.commit()
    await Promise.race([this.#commit, this.#sealed.promise])
  }

  async publish(): Promise<void> {
    this.#published.resolve()
    await this.#commit
  }

  async discard(): Promise<void> {
    this.#published.reject(new SluiceError('E_INTERRUPTED', 'the output was discarded'))
    await this.#commit?.catch(() => {})
    await this.#output.discard()
  }
}

/** As `sha256sum` writes it: a name with a backslash or a line end is escaped, which a backslash at the begin tells. */
function checksumLine(sha256: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}`
}
