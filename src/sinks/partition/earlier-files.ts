import { lstat, readdir, realpath, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { ioError, reworded, systemCode } from '../../errors.js'
import { syncFolder } from '../../files/durable.js'
import { randomToken } from '../../files/names.js'
import { livenessOf, thisProcess } from '../../files/process-identity.js'
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
import { strangersIn } from './strangers.js'

/** Some file systems keep the time of a file to two seconds. */
const TIME_GRAIN_MS = 2000

/** Clocks of hosts and file servers differ by less, in milliseconds. */
const CLOCK_GRAIN_MS = 600_000

/** How many files that no run has written a notice names. */
const TOLD = 10

/** Runs of this process that are making files final. */
const publishing = new Set<string>()

export interface EarlierFilesOptions {
  /** Absolute. */
  readonly folder: string
  readonly runName: string | undefined
  readonly keep: boolean
  /** Whether what runs of other names have written is replaced too. */
  readonly replacesAll: boolean
}

/**
 * The files that earlier runs have written in a folder of partitions. When this run has made its own final, those are
 * removed that readers would take for part of the same result: in the partitions that this run wrote, and with a name of
 * the run those of earlier runs of that name wherever they lie. Only files that the inventory of the folder lists are
 * touched, and only while they are as they were written.
 *
 * The inventory names the files of this run before they become final. Whenever it is killed, a later run finds them.
 */
export class EarlierFiles {
  readonly #options: EarlierFilesOptions
  readonly #context: SinkContext
  readonly #path: string
  readonly #token = randomToken()
  readonly #sinceMs = Date.now()
  /**
   * Whether files in partitions stay that a run without rows does not replace, as those of other days. A file of the
   * folder itself would not go with them: readers want every file to lie as deep as the others.
   */
  readonly othersStay: boolean
  /** Files that were there before this run wrote anything. */
  readonly #before: ReadonlySet<string>
  /** Files that only the receipt of an earlier run records. */
  readonly #adopted: readonly ListedFile[]
  readonly #begunBefore: ReadonlySet<string>

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
    this.othersStay = before.some(
      ({ run, files }) =>
        (options.keep || !isReplaced(run, options)) && files.some(({ path }) => folderOf(path) !== ''),
    )
    this.#before = new Set([...before.flatMap(({ files }) => files), ...adopted].map(identityOf))
    this.#begunBefore = new Set(before.flatMap(({ begun }) => begun.map(({ token }) => token)))
  }

  /** @throws SluiceError `E_IO` when the inventory cannot be read. */
  static async find(options: EarlierFilesOptions, context: SinkContext): Promise<EarlierFiles> {
    const runs = await readInventory(join(options.folder, INVENTORY_NAME))
    const before = [...runs.values()]
    return new EarlierFiles(options, context, before, await adoptable(options.folder, before))
  }

  /** To be awaited before files become final: records their stems. */
  async begin(stems: readonly string[]): Promise<void> {
    if (stems.length === 0) return
    const run = this.#options.runName ?? ''
    publishing.add(this.#token)
    const begun = { token: this.#token, holder: thisProcess(), sinceMs: this.#sinceMs, stems }
    await changeInventory(this.#path, this.#context.signal, async (runs) => {
      const known = runs.get(run) ?? { run, files: [], begun: [] }
      return [{ ...known, files: [...known.files, ...this.#adopted], begun: [...known.begun, begun] }]
    })
  }

  /** To be awaited before the first file becomes final: what an earlier run has said of the folder is true no more. */
  async removeReceipt(): Promise<void> {
    await removeReceipt(this.#options.folder)
  }

  /**
   * To be awaited when all files are final: removes the earlier ones and lists the new ones.
   *
   * @param partitions those that this run wrote, as paths relative to the folder
   * @throws SluiceError `E_IO` when an earlier file cannot be removed: the new files are final then.
   */
  async replaceBy(written: readonly WrittenFile[], partitions: ReadonlySet<string>): Promise<void> {
    const { folder, runName, keep } = this.#options
    if (written.length === 0 && this.#before.size + this.#begunBefore.size === 0) return
    const root = await realpath(folder)
    const own = await listed(written, root)
    const ownPaths = new Set(own.map(({ path }) => path))
    const ownEnds = new Set(own.map(({ path }) => endOf(path)))
    await syncAbove(partitions, root)
    const known = { files: new Set([...ownPaths]), stems: [] as string[] }
    if (this.#options.replacesAll) known.files.add(RECEIPT_NAME)
    await changeInventory(this.#path, this.#context.signal, async (runs) => {
      const removed: string[] = []
      const changed: ListedRun[] = []
      for (const { run, files, begun } of runs.values()) {
        const isSameRun = isReplaced(run, this.#options)
        // Another format of the same data may lie in the same folders, of a run of its own.
        const isOurs = (path: string) =>
          !keep && (isSameRun || (partitions.has(folderOf(path)) && ownEnds.has(endOf(path))))
        const stale = files.filter((file) => isOurs(file.path) && this.#before.has(identityOf(file)))
        const unlisted = begun.filter((each) => this.#begunBefore.has(each.token) && isOver(each))
        const isStale = new Set(stale)
        removed.push(
          ...(await this.#remove(root, stale, ownPaths)),
          ...(await this.#sweep(root, unlisted, isOurs, ownPaths)),
        )
        const rest = files.filter((file) => !isStale.has(file) && !ownPaths.has(file.path))
        const open = begun
          .filter(({ token }) => token !== this.#token)
          .map((each) => (unlisted.includes(each) ? without(each, isSameRun ? undefined : partitions) : each))
          .filter(({ stems }) => stems.length > 0)
        changed.push({ run, files: rest, begun: open })
        for (const { path } of rest) known.files.add(path)
        known.stems.push(...open.flatMap(({ stems }) => stems))
      }
      this.#tell(removed)
      const name = runName ?? ''
      const mine = changed.find(({ run }) => run === name) ?? { run: name, files: [], begun: [] }
      const others = changed.filter((each) => each !== mine)
      return [...others, { ...mine, files: [...mine.files, ...own] }]
    })
    this.end()
    this.#tellStrangers(await strangersIn(root, known))
  }

  /** No file becomes final any more. Whatever is still on record is for a later run to remove. */
  end(): void {
    publishing.delete(this.#token)
  }

  #tell(removed: readonly string[]): void {
    if (removed.length === 0) return
    const what = removed.length === 1 ? removed[0] : `${removed.length} files, ${removed[0]} among them`
    const message = `removed ${what}: an earlier run wrote it here, and this one did not`
    this.#context.notice({
      code: 'N_EARLIER_FILES',
      message: removed.length === 1 ? message : message.replace('wrote it', 'wrote them'),
    })
  }

  #tellStrangers(found: readonly string[]): void {
    if (found.length === 0) return
    const more = found.length > TOLD ? ` and ${found.length - TOLD} more` : ''
    const names = `${found.slice(0, TOLD).join(', ')}${more}`
    const what = found.length === 1 ? 'a file that is' : `${found.length} files that are`
    this.#context.notice({
      code: 'N_OTHER_FILES',
      message: `the folder holds ${what} not of td-sluice, or changed since: ${names}; readers may take them for rows of this result`,
    })
  }

  /** Removes files that are as they were written. */
  async #remove(root: string, files: readonly ListedFile[], own: ReadonlySet<string>): Promise<string[]> {
    const removed: string[] = []
    for (const { path, bytes, modifiedMs } of files) {
      if (own.has(path) || !(await isInside(path, root))) continue
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
    begun: readonly BegunFiles[],
    isOurs: (path: string) => boolean,
    own: ReadonlySet<string>,
  ): Promise<string[]> {
    const removed: string[] = []
    for (const { stems, sinceMs } of begun) {
      for (const stem of stems) {
        const names = await readdir(join(root, folderOf(stem))).catch(() => [])
        const base = stem.slice(stem.lastIndexOf('/') + 1)
        for (const name of names.filter((each) => each === base || each.startsWith(`${base}.`))) {
          const path = folderOf(stem) === '' ? name : `${folderOf(stem)}/${name}`
          if (own.has(path) || !isOurs(path) || !(await isInside(path, root))) continue
          const found = await lstat(join(root, path)).catch(() => undefined)
          if (!found?.isFile() || found.mtimeMs < sinceMs - CLOCK_GRAIN_MS) continue
          await remove(path, root)
          removed.push(path)
        }
      }
    }
    return removed
  }
}

/** Whether all that the runs of a name have written is replaced. */
function isReplaced(run: string, { runName, replacesAll }: EarlierFilesOptions): boolean {
  return replacesAll || (runName !== undefined && run === runName)
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

function identityOf({ path, bytes, modifiedMs }: ListedFile): string {
  return `${path}\0${bytes}\0${modifiedMs}`
}

/** Whether no run will make these files final any more. */
function isOver({ token, holder }: BegunFiles): boolean {
  const isHere = JSON.stringify(holder) === JSON.stringify(thisProcess())
  return isHere ? !publishing.has(token) : livenessOf(holder) !== 'alive'
}

/** The record of a killed run without the swept partitions; nothing if all of it was swept. */
function without(begun: BegunFiles, partitions: ReadonlySet<string> | undefined): BegunFiles {
  const stems = partitions === undefined ? [] : begun.stems.filter((stem) => !partitions.has(folderOf(stem)))
  return { ...begun, stems }
}

/** The partition of a file; empty for the folder itself. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** The extension that names the format: `.csv.gz`. */
function endOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1)
  const dot = base.indexOf('.')
  return dot < 0 ? '' : base.slice(dot)
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
