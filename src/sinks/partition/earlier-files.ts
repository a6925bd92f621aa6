import { lstat, readdir, realpath, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { ioError, reworded, systemCode } from '../../errors.js'
import { syncFolder } from '../../files/durable.js'
import { randomToken } from '../../files/names.js'
import { thisProcess } from '../../files/process-identity.js'
import type { SinkContext, WrittenFile } from '../contract.js'
import {
  type BegunFiles,
  changeInventory,
  INVENTORY_NAME,
  isListable,
  type ListedFile,
  type ListedRun,
  readInventory,
} from './inventory.js'
import { isUnchanged, RECEIPT_NAME, readReceipt, removeReceipt } from './receipt.js'
import {
  beginPublishing,
  endPublishing,
  folderOf,
  ListedBefore,
  othersStay,
  type ReplacementRule,
  replacementOf,
  withBegun,
} from './replacement.js'
import { strangersIn, tellRemoved, tellStrangers } from './strangers.js'

/** Some file systems keep the time of a file to two seconds. */
const TIME_GRAIN_MS = 2000

/** Clocks of hosts and file servers differ by less, in milliseconds. */
const CLOCK_GRAIN_MS = 600_000

export interface EarlierFilesOptions extends ReplacementRule {
  /** Absolute. */
  readonly folder: string
}

/** What earlier runs have written in a folder, and what becomes of it. */
export interface Earlier {
  /** Whether files of other runs stay in partitions, so that a run without rows makes no file. */
  readonly othersStay: boolean
  /**
   * To be awaited before files become final: records them, and removes the receipt of an earlier run, which is true no more.
   *
   * @param stems paths in the folder, without the end that names the format
   * @param names of the sinks that write them
   */
  begin(stems: readonly string[], names: readonly string[]): Promise<void>
  /**
   * To be awaited when all files are final: removes the earlier ones and lists the new ones.
   *
   * @param partitions those that this run wrote, as paths relative to the folder
   * @throws SluiceError when an earlier file cannot be removed: the new files are final then.
   */
  replaceBy(written: readonly WrittenFile[], partitions: ReadonlySet<string>): Promise<void>
  /** No file becomes final any more. Whatever is still on record is for a later run to remove. */
  end(): void
}

/**
 * The files that earlier runs have written in a folder of partitions. When this run has made its own final, those are
 * removed that readers would take for part of the same result: in the partitions that this run wrote, and with a name of
 * the run those of earlier runs of that name wherever they lie. Only files that the inventory of the folder lists are
 * touched, and only while they are as they were written.
 *
 * The inventory names the files of this run before they become final. Whenever it is killed, a later run finds them.
 */
export class EarlierFiles implements Earlier {
  readonly othersStay: boolean
  readonly #options: EarlierFilesOptions
  readonly #context: SinkContext
  readonly #path: string
  readonly #token = randomToken()
  readonly #sinceMs = Date.now()
  readonly #before: ListedBefore
  /** Files that only the receipt of an earlier run records. */
  readonly #adopted: readonly ListedFile[]

  private constructor(
    options: EarlierFilesOptions,
    context: SinkContext,
    before: readonly ListedRun[],
    adopted: readonly ListedFile[],
  ) {
    this.#adopted = adopted
    this.#options = options
    this.#context = context
    this.#path = join(options.folder, INVENTORY_NAME)
    this.othersStay = othersStay(before, options)
    this.#before = new ListedBefore(before, adopted)
  }

  /** @throws SluiceError `E_IO` when the inventory cannot be read. */
  static async find(options: EarlierFilesOptions, context: SinkContext): Promise<EarlierFiles> {
    const runs = await readInventory(join(options.folder, INVENTORY_NAME))
    const before = [...runs.values()]
    return new EarlierFiles(options, context, before, await adoptable(options.folder, before))
  }

  async begin(stems: readonly string[]): Promise<void> {
    if (stems.length > 0) await this.#record(stems)
    await removeReceipt(this.#options.folder)
  }

  async #record(stems: readonly string[]): Promise<void> {
    beginPublishing(this.#token)
    const begun = { token: this.#token, holder: thisProcess(), sinceMs: this.#sinceMs, stems }
    await changeInventory(this.#path, this.#context.signal, async (runs) => [
      withBegun(runs, this.#options, this.#adopted, begun),
    ])
  }

  async replaceBy(written: readonly WrittenFile[], partitions: ReadonlySet<string>): Promise<void> {
    const rule = this.#options
    if (written.length === 0 && this.#before.isEmpty) return
    const root = await realpath(rule.folder)
    const own = await listed(written, root)
    await syncAbove(partitions, root)
    const known = { files: new Set<string>(), stems: [] as readonly string[] }
    await changeInventory(this.#path, this.#context.signal, async (runs) => {
      const replacing = { rule, token: this.#token, own, partitions, before: this.#before }
      const found = replacementOf(runs.values(), replacing)
      const removed = await this.#remove(root, found.stale)
      for (const { begun, isOurs } of found.unlisted)
        removed.push(...(await this.#sweep(root, begun, isOurs)))
      tellRemoved(removed, this.#context)
      known.files = new Set(found.known.files)
      known.stems = found.known.stems
      return found.runs
    })
    this.end()
    if (rule.replacesAll) known.files.add(RECEIPT_NAME)
    tellStrangers(await strangersIn(root, known), this.#context)
  }

  end(): void {
    endPublishing(this.#token)
  }

  /** Removes files that are as they were written. */
  async #remove(root: string, files: readonly ListedFile[]): Promise<string[]> {
    const removed: string[] = []
    for (const { path, bytes, modifiedMs } of files) {
      if (!(await isInside(path, root))) continue
      const found = await lstat(join(root, path)).catch(() => undefined)
      if (found === undefined || !found.isFile() || found.size !== bytes) continue
      if (Math.abs(found.mtimeMs - modifiedMs) > TIME_GRAIN_MS) continue
      await remove(path, root)
      removed.push(path)
    }
    return removed
  }

  /** Removes what a killed run made final without listing it. */
  async #sweep(
    root: string,
    { stems, sinceMs }: BegunFiles,
    isOurs: (path: string) => boolean,
  ): Promise<string[]> {
    const removed: string[] = []
    for (const stem of stems) {
      const names = await readdir(join(root, folderOf(stem))).catch(() => [])
      const base = stem.slice(stem.lastIndexOf('/') + 1)
      for (const name of names.filter((each) => each === base || each.startsWith(`${base}.`))) {
        const path = folderOf(stem) === '' ? name : `${folderOf(stem)}/${name}`
        if (!isOurs(path) || !(await isInside(path, root))) continue
        const found = await lstat(join(root, path)).catch(() => undefined)
        if (!found?.isFile() || found.mtimeMs < sinceMs - CLOCK_GRAIN_MS) continue
        await remove(path, root)
        removed.push(path)
      }
    }
    return removed
  }
}

/** The files of a receipt that no list has, as when the folder was copied without its hidden files. */
async function adoptable(folder: string, runs: readonly ListedRun[]): Promise<ListedFile[]> {
  const receipt = await readReceipt(folder)
  if (receipt === 'none' || receipt === 'foreign') return []
  const listed = new Set(runs.flatMap(({ files }) => files.map(({ path }) => path)))
  const found: ListedFile[] = []
  for (const file of receipt.files) {
    if (listed.has(file.path) || !isListable(file.path) || !(await isUnchanged(folder, file))) continue
    const { mtimeMs } = await stat(join(folder, file.path))
    found.push({ path: file.path, bytes: file.bytes, modifiedMs: mtimeMs })
  }
  return found
}

/** Files written below `root`. A sink that writes elsewhere has no files here. */
async function listed(written: readonly WrittenFile[], root: string): Promise<ListedFile[]> {
  const files = await Promise.all(
    written.map(async ({ path }) => {
      const { size, mtimeMs } = await stat(path).catch((error) => {
        throw ioError(error, path)
      })
      return { path: relative(root, path).split(sep).join('/'), bytes: size, modifiedMs: mtimeMs }
    }),
  )
  return files.filter(({ path }) => path !== '' && !path.startsWith('..'))
}

/** Makes the names of new folders durable: each file has only synced its own folder. */
async function syncAbove(partitions: Iterable<string>, root: string): Promise<void> {
  const above = new Set<string>()
  for (const partition of partitions) {
    for (let path = partition; path !== ''; path = folderOf(path)) above.add(join(root, folderOf(path)))
  }
  for (const folder of [...above, dirname(root)]) await syncFolder(folder)
}

/** Whether no symbolic link leads a path out of the folder. */
async function isInside(path: string, root: string): Promise<boolean> {
  const folder = join(root, folderOf(path))
  return (await realpath(folder).catch(() => undefined)) === folder
}

/** Removes a file, and the folders that are empty then. */
async function remove(path: string, root: string): Promise<void> {
  try {
    await unlink(join(root, path))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    const failure = ioError(error, join(root, path))
    throw reworded(failure, {
      message: `the new files are final, but one of an earlier run cannot be removed: ${failure.message}`,
      hint: 'remove it, as readers take it for part of this result; the next run tries again',
    })
  }
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
    if (
      await rmdir(join(root, folder)).then(
        () => false,
        () => true,
      )
    )
      return
  }
}
