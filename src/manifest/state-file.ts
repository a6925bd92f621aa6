import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ioError, SluiceError, systemCode } from '../errors.js'
import { writeDurably } from '../files/durable.js'

const fileSchema = z.object({ path: z.string(), bytes: z.number() })

const completeSchema = z.object({
  /** The output it is about: another path or format makes another output. */
  writingHash: z.string(),
  files: z.array(fileSchema),
  rows: z.number(),
  rowsWritten: z.number(),
  bytesOut: z.number(),
  /** Of the result as read. */
  sha256: z.string(),
  at: z.string(),
})

const entrySchema = z.object({
  /** The job it is about: another query makes another job. */
  jobHash: z.string(),
  series: z.string(),
  attempt: z.int().min(1),
  jobId: z.string().nullable(),
  complete: completeSchema.nullable(),
})

const stateSchema = z.object({
  version: z.literal(1),
  /** By name of the export, then by scheduled time. */
  exports: z.record(z.string(), z.record(z.string(), entrySchema)),
})

/** What is known of one export at one scheduled time. */
export type StateEntry = z.infer<typeof entrySchema>
/** An output that lies complete on the disk. */
export type CompleteOutput = z.infer<typeof completeSchema>

/** How many scheduled times of an export are remembered: those that were worked on last. */
const REMEMBERED = 100

/** What earlier starts of a manifest have done, in a file that is at every instant the old or the new one. */
export class StateFile {
  readonly path: string
  readonly #exports: Map<string, Map<string, StateEntry>>
  #written: Promise<void> = Promise.resolve()

  private constructor(path: string, exports: Map<string, Map<string, StateEntry>>) {
    this.path = path
    this.#exports = exports
  }

  /**
   * Reads it; a file that is not there yet is empty.
   *
   * @throws SluiceError `E_IO` when it cannot be read, `E_CONFIG` when it is not what `write` writes.
   */
  static async read(path: string): Promise<StateFile> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return new StateFile(path, new Map())
      throw ioError(error, `the state ${path}`)
    }
    const exports = Object.entries(parseState(text, path))
    return new StateFile(
      path,
      new Map(exports.map(([name, times]) => [name, new Map(Object.entries(times))])),
    )
  }

  entry(name: string, scheduledTime: string): StateEntry | undefined {
    return this.#exports.get(name)?.get(scheduledTime)
  }

  /** Changes an entry, and resolves when the change is on the disk. Rejects with `E_IO` or `E_NO_SPACE`. */
  async write(name: string, scheduledTime: string, entry: StateEntry): Promise<void> {
    const times = this.#exports.get(name) ?? new Map<string, StateEntry>()
    times.delete(scheduledTime)
    times.set(scheduledTime, entry)
    this.#exports.set(name, new Map([...times].slice(-REMEMBERED)))
    // Exports that run at the same time must not overtake each other; a failure is that of its own write alone.
    const writing = this.#written.then(() => writeDurably(this.path, this.#text()))
    this.#written = writing.catch(() => {})
    await writing.catch((error) => {
      throw ioError(error, `the state ${this.path}`)
    })
  }

  #text(): string {
    const exports = [...this.#exports].map(([name, times]) => [name, Object.fromEntries(times)])
    return `${JSON.stringify({ version: 1, exports: Object.fromEntries(exports) }, null, 1)}\n`
  }
}

function parseState(text: string, path: string) {
  try {
    return stateSchema.parse(JSON.parse(text)).exports
  } catch (error) {
    throw new SluiceError('E_CONFIG', `${path} is no state of a manifest that can be read`, {
      cause: error,
      hint: 'move it away: jobs are found by their keys, and outputs are written again',
    })
  }
}
