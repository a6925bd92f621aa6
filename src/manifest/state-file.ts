import { dirname, relative, resolve } from 'node:path'
import * as z from 'zod'
import { ioError, SluiceError, systemCode } from '../errors.js'
import { appendDurably, overwriteDurably, removePart, throughLinks, writeDurably } from '../files/durable.js'
import { readPlainFile } from '../files/plain-file.js'
import {
  type CompleteOutput,
  entrySchema,
  lineSchema,
  type StateEntry,
  watermarkSchema,
} from './state-entry.js'

/** Of the format of the file. */
const VERSION = 2

/** The first line. */
const headSchema = z.strictObject({ version: z.literal(VERSION) })

/** The whole file, as earlier versions wrote it. */
const firstVersionSchema = z.object({
  version: z.literal(1),
  /** By name of the export, then by scheduled time. */
  exports: z.record(z.string(), z.record(z.string(), entrySchema)),
})

/**
 * How many scheduled times of an export are remembered: those that were worked on last. All are, while there are few
 * entries: backfills of years find again what they have done.
 */
const REMEMBERED = 100

/** As many entries as a file of about 10 MB has. */
const FEW_ENTRIES = 20_000

/** How many lines that others have replaced the file may hold besides as many as are in force. */
const REPLACED_LINES = 1000

const HEAD = `{"version":${VERSION}}\n`

/**
 * The work of earlier starts of a manifest: a file to which each change adds a line. A crash can only damage lines
 * whose writing had not been awaited; these are dropped. When too many lines were replaced by later ones, the file is
 * replaced as a whole.
 */
export class StateFile {
  /** Where it lies, through symbolic links. */
  readonly path: string
  readonly #entries = new Map<string, Map<string, StateEntry>>()
  /** How far each export has come that has a watermark. */
  readonly #watermarks = new Map<string, string>()
  /** Whether lines may be added to what is there. */
  #sound = false
  /** Whether the file is there and empty. */
  #blank = false
  /** Entries that are in force. */
  #live = 0
  /** Lines in the file after the first. */
  #lines = 0
  #assertHeld = () => {}
  #manifest: string | undefined
  #pending: string[] = []
  #writing: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  private constructor(path: string) {
    this.path = path
  }

  /**
   * Reads it; a file that is not there yet is empty.
   *
   * @throws SluiceError `E_IO` when it cannot be read, `E_CONFIG` when it is not what `write` writes.
   */
  static async read(path: string): Promise<StateFile> {
    const state = new StateFile(await throughLinks(path))
    const found = await readPlainFile(state.path).catch((error) => {
      throw ioError(error, `the state ${path}`)
    })
    if (found === 'absent') return state
    if (found === 'no file')
      throw new SluiceError('E_IO', `the state ${path} is no file`, {
        hint: 'move it away, or name another one',
      })
    const { text } = found
    try {
      state.#load(text)
    } catch (error) {
      const [, version = 0] = /^\{"version":(\d{1,9})\}/.exec(text) ?? []
      if (Number(version) > VERSION)
        throw new SluiceError('E_CONFIG', `${path} was written by a newer version of td-sluice`, {
          cause: error,
          hint: 'start that version; without this state, watermarks would begin anew',
        })
      throw new SluiceError('E_CONFIG', `${path} is no state of a manifest that can be read`, {
        cause: error,
        hint: 'move it away: jobs are found by their keys, and outputs are written again; watermarks begin anew until state set moves them',
      })
    }
    return state
  }

  /**
   * To be called when the lock of `path` is held: removes what a killed run left unfinished. `assertHeld` is called before
   * each write from now on, and throws when the lock is lost. The exports written from now on are those of `manifest`, its
   * absolute path, where it is a file.
   */
  async own(assertHeld: () => void, manifest?: string): Promise<void> {
    this.#assertHeld = assertHeld
    this.#manifest = manifest === undefined ? undefined : relative(dirname(this.path), manifest)
    await removePart(this.path)
  }

  entry(name: string, scheduledTime: string): StateEntry | undefined {
    return this.#entries.get(name)?.get(scheduledTime)
  }

  /** The last output before a scheduled time that was complete, among those that are remembered. */
  before(name: string, scheduledTime: string): CompleteOutput | undefined {
    let [last, found]: [string, CompleteOutput | undefined] = ['', undefined]
    for (const [time, { complete }] of this.#entries.get(name) ?? []) {
      if (complete !== null && time < scheduledTime && time > last) [last, found] = [time, complete]
    }
    return found
  }

  /** Whether an earlier start has worked on an export, or somebody has set its watermark. */
  knows(name: string): boolean {
    return this.#entries.has(name) || this.#watermarks.has(name)
  }

  /** The absolute path of the manifest whose export it is, as far as that is known. */
  manifestOf(name: string): string | undefined {
    let manifest: string | undefined
    // The last one in the order of the changes.
    for (const entry of this.#entries.get(name)?.values() ?? []) manifest = entry.manifest
    return manifest === undefined ? undefined : resolve(dirname(this.path), manifest)
  }

  /** The names of all exports that it knows. */
  names(): string[] {
    return [...new Set([...this.#entries.keys(), ...this.#watermarks.keys()])]
  }

  /** The records of an export by its scheduled times in UTC, the most recently changed last. */
  history(name: string): ReadonlyMap<string, StateEntry> {
    return this.#entries.get(name) ?? new Map()
  }

  /** How far an export has come, as `2026-01-31T00:00:00Z`: rows before that lie in final outputs. */
  watermark(name: string): string | undefined {
    return this.#watermarks.get(name)
  }

  /** Sets how far an export has come; fails as `write` does. */
  async setWatermark(name: string, watermark: string): Promise<void> {
    this.#watermarks.set(name, watermark)
    await this.#append(`${JSON.stringify({ name, watermark })}\n`)
  }

  /**
   * Changes an entry, and resolves when the change is on the disk. Rejects with `E_IO` or `E_NO_SPACE`, and with
   * `E_LOCKED` when the lock is lost.
   */
  async write(name: string, scheduledTime: string, change: StateEntry): Promise<void> {
    const entry = { ...change, manifest: this.#manifest }
    this.#remember(name, scheduledTime, entry)
    await this.#append(lineOf(name, scheduledTime, entry))
  }

  async #append(line: string): Promise<void> {
    this.#pending.push(line)
    // One write is under way and one waits, whose lines go to the disk together.
    this.#next ??= this.#writing.then(() => this.#flush())
    await this.#next
  }

  async #flush(): Promise<void> {
    const lines = this.#pending
    this.#pending = []
    // A failure is that of its own lines alone.
    const writing = this.#put(lines).catch((error) => {
      throw ioError(error, `the state ${this.path}`)
    })
    this.#next = undefined
    this.#writing = writing.catch(() => {})
    await writing
  }

  async #put(lines: readonly string[]): Promise<void> {
    this.#assertHeld()
    if (!this.#sound || this.#lines > 2 * this.#live + REPLACED_LINES) {
      try {
        return await this.#replace()
      } catch (error) {
        // A file that is a mount point cannot be replaced, and grows.
        if (!this.#sound) return await this.#overwrite(error)
      }
    }
    try {
      await appendDurably(this.path, (this.#blank ? HEAD : '') + lines.join(''))
      this.#blank = false
      this.#lines += lines.length
    } catch (error) {
      this.#sound = false
      // Somebody has removed it.
      if (systemCode(error) !== 'ENOENT') throw error
      await this.#replace()
    }
  }

  /** Of a text that is cut off in the middle only lines are lost, and with them no job: those are found by their keys. */
  async #overwrite(refusal: unknown): Promise<void> {
    if (systemCode(refusal) !== 'EBUSY') throw refusal
    await overwriteDurably(this.path, this.#text())
    this.#isReplaced()
  }

  async #replace(): Promise<void> {
    await writeDurably(this.path, this.#text())
    this.#isReplaced()
  }

  #isReplaced(): void {
    this.#sound = true
    this.#blank = false
    this.#lines = this.#live + this.#watermarks.size
  }

  #text(): string {
    const lines = [...this.#entries].flatMap(([name, times]) =>
      [...times].map(([time, entry]) => lineOf(name, time, entry)),
    )
    const marks = [...this.#watermarks].map(([name, watermark]) => `${JSON.stringify({ name, watermark })}\n`)
    // Behind the entries, which advance them when they are read.
    return HEAD + [...lines, ...marks].join('')
  }

  #remember(name: string, time: string, entry: StateEntry): void {
    const times = this.#entries.get(name) ?? new Map<string, StateEntry>()
    this.#advance(name, times.get(time), entry)
    // At its end: what was worked on last.
    if (!times.delete(time)) this.#live++
    times.set(time, entry)
    for (const oldest of times.keys()) {
      if (times.size <= REMEMBERED || this.#live <= FEW_ENTRIES) break
      times.delete(oldest)
      this.#live--
    }
    this.#entries.set(name, times)
  }

  /** An export that is final for the first time moves the watermark, in the same line: there is no moment between the two. */
  #advance(name: string, before: StateEntry | undefined, { window }: StateEntry): void {
    if (!window?.isFinal || before?.window?.isFinal) return
    const reached = this.#watermarks.get(name)
    if (reached === undefined || window.to > reached) this.#watermarks.set(name, window.to)
  }

  /** Throws any error when `text` is no state. */
  #load(text: string): void {
    if (text === '') {
      // As `touch` makes it, before it is mounted into a container.
      this.#blank = this.#sound = true
      return
    }
    if (!text.startsWith(HEAD)) {
      const { exports } = firstVersionSchema.parse(JSON.parse(text))
      for (const [name, times] of Object.entries(exports)) {
        for (const [time, entry] of Object.entries(times)) this.#remember(name, time, entry)
      }
      return
    }
    const [head, ...lines] = text.split('\n')
    headSchema.parse(JSON.parse(head!))
    const rest = lines.pop()
    const whole = lines.filter((line) => !line.includes('\0'))
    for (const line of whole) {
      const value = JSON.parse(line)
      if ('watermark' in value) {
        const { name, watermark } = watermarkSchema.parse(value)
        this.#watermarks.set(name, watermark)
        continue
      }
      const { name, time, ...entry } = lineSchema.parse(value)
      this.#remember(name, time, entry)
    }
    this.#lines = whole.length
    this.#sound = rest === '' && whole.length === lines.length
  }
}

function lineOf(name: string, time: string, entry: StateEntry): string {
  return `${JSON.stringify({ name, time, ...entry })}\n`
}
