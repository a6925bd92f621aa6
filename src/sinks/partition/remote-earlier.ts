import { reworded, SluiceError } from '../../errors.js'
import { randomToken } from '../../files/names.js'
import { thisProcess } from '../../files/process-identity.js'
import type { SinkContext, WrittenFile } from '../contract.js'
import { schemaFileOf } from '../formats/schema-file.js'
import type { Earlier } from './earlier-files.js'
import { isListable, type ListedFile, type ListedRun } from './inventory.js'
import { RECEIPT_NAME } from './receipt.js'
import {
  afterFiles,
  assertRemovable,
  editRemoteInventory,
  pathBelow,
  type RemoteFolder,
  readRemoteInventory,
  readRemoteReceipt,
  remoteStrangers,
  removeUnchanged,
  UNKNOWN_BYTES,
} from './remote-folder.js'
import {
  beginPublishing,
  endPublishing,
  ListedBefore,
  othersStay,
  type Replacement,
  type ReplacementRule,
  replacementOf,
  withBegun,
} from './replacement.js'
import { tellRemoved, tellStrangers } from './strangers.js'

/** The last change of the list of each folder by this process: the next one waits for it. */
const changes = new Map<string, Promise<unknown>>()

/**
 * The files that earlier runs have written in a folder of a store or a server, with the rules of `EarlierFiles`: a list in the folder
 * names them. Nothing can be locked there for the time of a run; each change of the list is safe against another process's, by `Target.edit`.
 */
export class RemoteEarlierFiles implements Earlier {
  readonly othersStay: boolean
  readonly #folder: RemoteFolder
  readonly #rule: ReplacementRule
  readonly #context: SinkContext
  readonly #token = randomToken()
  readonly #sinceMs = Date.now()
  readonly #before: ListedBefore
  /** Files that only the receipt of an earlier run records. */
  readonly #adopted: readonly ListedFile[]

  /** @throws SluiceError `E_FORBIDDEN` without the right to read, `E_IO` for a list that is none. */
  static async find(
    folder: RemoteFolder,
    rule: ReplacementRule,
    context: SinkContext,
  ): Promise<RemoteEarlierFiles> {
    try {
      const runs = [...(await readRemoteInventory(folder)).values()]
      return new RemoteEarlierFiles(folder, rule, context, runs, await adoptable(folder, runs))
    } catch (error) {
      throw withAdvice(error)
    }
  }

  /** Finds out before a run what would keep `find` and `replaceBy` from succeeding. @throws SluiceError as they do */
  static async assertRoom(folder: RemoteFolder): Promise<void> {
    try {
      await readRemoteReceipt(folder)
      await readRemoteInventory(folder)
      await assertRemovable(folder)
    } catch (error) {
      throw withAdvice(error)
    }
  }

  private constructor(
    folder: RemoteFolder,
    rule: ReplacementRule,
    context: SinkContext,
    before: readonly ListedRun[],
    adopted: readonly ListedFile[],
  ) {
    this.#folder = folder
    this.#rule = rule
    this.#context = context
    this.#adopted = adopted
    this.othersStay = othersStay(before, rule)
    this.#before = new ListedBefore(before, adopted)
  }

  async begin(_stems: readonly string[], names: readonly string[]): Promise<void> {
    const paths = names.map((name) => pathBelow(this.#folder, name)).filter((path) => path !== undefined)
    const stems = paths.flatMap((path) => [path, schemaFileOf(path)])
    if (stems.length > 0) await this.#record(stems)
    await removeRemoteReceipt(this.#folder)
  }

  async #record(stems: readonly string[]): Promise<void> {
    beginPublishing(this.#token)
    const begun = { token: this.#token, holder: thisProcess(), sinceMs: this.#sinceMs, stems }
    await this.#change(async (runs) => [withBegun(runs, this.#rule, this.#adopted, begun)])
  }

  async replaceBy(written: readonly WrittenFile[], partitions: ReadonlySet<string>): Promise<void> {
    const own = written.flatMap(({ path, bytes }): ListedFile[] => {
      const relative = pathBelow(this.#folder, path)
      // The time tells two files of one size apart.
      return relative === undefined ? [] : [{ path: relative, bytes, modifiedMs: Date.now() }]
    })
    if (own.length === 0 && this.#before.isEmpty) return
    let known: ReadonlySet<string> = new Set()
    try {
      await this.#change(async (runs) => {
        const replacing = { rule: this.#rule, token: this.#token, own, partitions, before: this.#before }
        const found = replacementOf(runs.values(), replacing)
        tellRemoved(await removeUnchanged(this.#folder, expectedIn(found)), this.#context)
        known = new Set([...found.known.files, ...found.known.stems])
        return found.runs
      })
    } catch (error) {
      throw afterFiles(
        error,
        'all of an earlier run are removed and on record',
        'start it again: readers may take files of an earlier run for part of this result',
      )
    }
    this.end()
    tellStrangers(await remoteStrangers(this.#folder, known), this.#context)
  }

  end(): void {
    endPublishing(this.#token)
  }

  /** Changes the list; `change` gets it as it is and returns the runs to put at its end. */
  #change(change: (runs: Map<string, ListedRun>) => Promise<readonly ListedRun[]>): Promise<void> {
    const { location } = this.#folder
    const turn = (changes.get(location) ?? Promise.resolve()).then(() =>
      editRemoteInventory(this.#folder, change, this.#context),
    )
    const settled = turn.catch(() => {})
    changes.set(location, settled)
    settled.then(() => changes.get(location) === settled && changes.delete(location))
    return turn
  }
}

/** Removes the receipt of an earlier run: it is true no more when files change. */
export async function removeRemoteReceipt(folder: RemoteFolder): Promise<void> {
  const found = await readRemoteReceipt(folder)
  if (found !== undefined && found !== 'foreign') await folder.join(RECEIPT_NAME).remove!()
}

/** What is to be removed; of runs that were killed nobody knows the sizes. */
function expectedIn({ stale, unlisted }: Replacement) {
  const begun = unlisted.flatMap((each) => each.begun.stems.filter(each.isOurs))
  const unknown = begun.map((path) => ({ path, bytes: UNKNOWN_BYTES }))
  return [...new Map([...unknown, ...stale].map((file) => [file.path, file])).values()]
}

/** The files of a receipt that no list has. */
async function adoptable(folder: RemoteFolder, runs: readonly ListedRun[]): Promise<ListedFile[]> {
  const receipt = await readRemoteReceipt(folder)
  if (receipt === undefined || receipt === 'foreign') return []
  const listed = new Set(runs.flatMap(({ files }) => files.map(({ path }) => path)))
  return receipt.files
    .filter(({ path }) => isListable(path) && !listed.has(path))
    .map(({ path, bytes }) => ({ path, bytes, modifiedMs: 0 }))
}

/** Who may only write cannot replace what an earlier run wrote. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof SluiceError) || error.code !== 'E_FORBIDDEN') return error
  return reworded(error, {
    message: `${error.message}; files of earlier runs in the folder can be neither found nor removed`,
    hint: 'grant reading, listing and removing (docs/stores.md has the policy), or keep such files: --earlier-files keep, in manifests earlier_files: keep',
  })
}
