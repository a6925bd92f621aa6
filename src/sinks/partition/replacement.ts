import { livenessOf, thisProcess } from '../../files/process-identity.js'
import type { BegunFiles, ListedFile, ListedRun } from './inventory.js'
import type { KnownFiles } from './strangers.js'

/** Which files of earlier runs a run replaces. */
export interface ReplacementRule {
  readonly runName: string | undefined
  readonly keep: boolean
  /** Whether what runs of other names have written is replaced too. */
  readonly replacesAll: boolean
}

/** What a run has written, and what it found. */
export interface Replacing {
  readonly rule: ReplacementRule
  /** What the run has put on record before its files became final. */
  readonly token: string
  readonly own: readonly ListedFile[]
  /** Those that the run wrote, as paths relative to the folder. */
  readonly partitions: ReadonlySet<string>
  /** What was listed before the run wrote anything. */
  readonly before: ListedBefore
}

/** What is to be done with the files of earlier runs. */
export interface Replacement {
  /** To be removed, while they are as they were written. */
  readonly stale: readonly ListedFile[]
  /** What killed runs may have made final, of which those are to be removed that `isOurs` says. */
  readonly unlisted: readonly { readonly begun: BegunFiles; readonly isOurs: (path: string) => boolean }[]
  /** The list as it is then, this run included. */
  readonly runs: readonly ListedRun[]
  /** All that td-sluice has written or is about to. */
  readonly known: KnownFiles
}

/** Runs of this process that are making files final. */
const publishing = new Set<string>()

export function beginPublishing(token: string): void {
  publishing.add(token)
}

export function endPublishing(token: string): void {
  publishing.delete(token)
}

/** The entry of a run in a list, with files that are about to become final, and those that only a receipt has recorded. */
export function withBegun(
  runs: ReadonlyMap<string, ListedRun>,
  { runName }: ReplacementRule,
  adopted: readonly ListedFile[],
  begun: BegunFiles,
): ListedRun {
  const known = entryOf([...runs.values()], runName)
  return { ...known, files: [...known.files, ...adopted], begun: [...known.begun, begun] }
}

function entryOf(runs: readonly ListedRun[], run = ''): ListedRun {
  return runs.find((each) => each.run === run) ?? { run, files: [], begun: [] }
}

/** What was listed before a run wrote anything: only that is removed. */
export class ListedBefore {
  readonly #files: ReadonlySet<string>
  readonly #tokens: ReadonlySet<string>

  constructor(runs: readonly ListedRun[], adopted: readonly ListedFile[]) {
    this.#files = new Set([...runs.flatMap(({ files }) => files), ...adopted].map(identityOf))
    this.#tokens = new Set(runs.flatMap(({ begun }) => begun.map(({ token }) => token)))
  }

  get isEmpty(): boolean {
    return this.#files.size + this.#tokens.size === 0
  }

  has(file: ListedFile): boolean {
    return this.#files.has(identityOf(file))
  }

  hasBegun({ token }: BegunFiles): boolean {
    return this.#tokens.has(token)
  }
}

/**
 * Whether files in partitions stay that a run without rows does not replace, as those of other days. A file of the
 * folder itself would not go with them: readers want every file to lie as deep as the others.
 */
export function othersStay(runs: readonly ListedRun[], rule: ReplacementRule): boolean {
  return runs.some(
    ({ run, files }) =>
      (rule.keep || !isReplaced(run, rule)) && files.some(({ path }) => folderOf(path) !== ''),
  )
}

/** Decides about the files in a list. */
export function replacementOf(listed: Iterable<ListedRun>, replacing: Replacing): Replacement {
  const { rule, token, own, partitions, before } = replacing
  const ownPaths = new Set(own.map(({ path }) => path))
  const ownEnds = new Set(own.map(({ path }) => endOf(path)))
  const stale: ListedFile[] = []
  const unlisted: { begun: BegunFiles; isOurs: (path: string) => boolean }[] = []
  const runs: ListedRun[] = []
  const known = { files: new Set(ownPaths), stems: [] as string[] }
  for (const { run, files, begun } of listed) {
    const isSameRun = isReplaced(run, rule)
    // Another format of the same data may lie in the same folders, of a run of its own.
    const isOurs = (path: string) =>
      !rule.keep &&
      !ownPaths.has(path) &&
      (isSameRun || (partitions.has(folderOf(path)) && ownEnds.has(endOf(path))))
    const isStale = new Set(files.filter((file) => isOurs(file.path) && before.has(file)))
    const over = new Set(begun.filter((each) => before.hasBegun(each) && isOver(each)))
    stale.push(...isStale)
    unlisted.push(...[...over].map((each) => ({ begun: each, isOurs })))
    const rest = files.filter((file) => !isStale.has(file) && !ownPaths.has(file.path))
    const open = begun
      .filter((each) => each.token !== token)
      .map((each) => (over.has(each) ? without(each, isSameRun ? undefined : partitions) : each))
      .filter(({ stems }) => stems.length > 0)
    runs.push({ run, files: rest, begun: open })
    for (const { path } of rest) known.files.add(path)
    known.stems.push(...open.flatMap(({ stems }) => stems))
  }
  const mine = entryOf(runs, rule.runName)
  const others = runs.filter((each) => each !== mine)
  return { stale, unlisted, runs: [...others, { ...mine, files: [...mine.files, ...own] }], known }
}

/** The partition of a file; empty for the folder itself. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Whether all that the runs of a name have written is replaced. */
function isReplaced(run: string, { runName, replacesAll }: ReplacementRule): boolean {
  return replacesAll || (runName !== undefined && run === runName)
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

/** The extension that names the format: `.csv.gz`. */
function endOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1)
  const dot = base.indexOf('.')
  return dot < 0 ? '' : base.slice(dot)
}
