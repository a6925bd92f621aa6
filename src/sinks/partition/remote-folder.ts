import { reworded, SluiceError } from '../../errors.js'
import type { SinkContext } from '../contract.js'
import type { Target } from '../targets/index.js'
import { writeText } from '../targets/write-text.js'
import { changedRuns, INVENTORY_NAME, inventoryText, type ListedRun, parseInventory } from './inventory.js'
import { parseReceipt, RECEIPT_NAME, type Receipt } from './receipt.js'
import { folderOf } from './replacement.js'
import { isHidden, isPartition } from './strangers.js'

/** Size of a file of a run that was killed before it was written down. */
export const UNKNOWN_BYTES = -1

/** How many files are looked at and removed at the same time. */
const AT_ONCE = 16

/** How many files of a folder are looked at for strangers: ten pages of a store. */
const MOST_LISTED = 10_000

/** A folder that is not one of the local file system, in which files can be listed that runs have written. */
export type RemoteFolder = Target & Required<Pick<Target, 'join' | 'location'>>

/** A file that may be there. */
interface ExpectedFile {
  /** Relative to the folder, with slashes. */
  readonly path: string
  readonly bytes: number
}

/** Whether files can be read, removed and written there. */
export function isRemoteFolder(folder: Target): folder is RemoteFolder {
  const { read, remove, size } = folder.join?.(RECEIPT_NAME) ?? {}
  return folder.location !== undefined && [read, remove, size].every((each) => each !== undefined)
}

/** The receipt of a folder: `undefined` for none. */
export async function readRemoteReceipt(folder: RemoteFolder): Promise<Receipt | 'foreign' | undefined> {
  const text = await folder.join(RECEIPT_NAME).read!()
  return text === undefined ? undefined : parseReceipt(text)
}

/** What runs have written, by the list in the folder. */
export async function readRemoteInventory(folder: RemoteFolder): Promise<Map<string, ListedRun>> {
  const list = folder.join(INVENTORY_NAME)
  return parseInventory((await list.read!()) ?? inventoryText([]), list.name)
}

/** Finds out whether files can be removed: that is needed when the rows are there. */
export async function assertRemovable(folder: RemoteFolder): Promise<void> {
  const list = folder.join(INVENTORY_NAME)
  if ((await list.read!()) === undefined) await list.remove!()
}

/** Writes a text, and returns where it lies. */
export async function writeRemote(
  folder: RemoteFolder,
  name: string,
  text: string,
  { signal }: SinkContext,
): Promise<string> {
  const target = folder.join(name)
  await writeText(await target.open({ signal }), text)
  return target.location!
}

/** Changes the list in the folder; where the target can tell, no change of another process at the same moment is lost. */
export async function editRemoteInventory(
  folder: RemoteFolder,
  change: (runs: Map<string, ListedRun>) => Promise<readonly ListedRun[]>,
  context: SinkContext,
): Promise<void> {
  const list = folder.join(INVENTORY_NAME)
  const changed = async (text: string | undefined) => {
    const runs = parseInventory(text ?? inventoryText([]), list.name)
    const lines = changedRuns(runs, await change(runs))
    return lines.length === 0 ? undefined : inventoryText(lines)
  }
  if (list.edit !== undefined) return list.edit(changed, { signal: context.signal })
  const before = await list.read!()
  const after = await changed(before)
  if (after !== undefined) await writeRemote(folder, INVENTORY_NAME, after, context)
  else if (before !== undefined) await list.remove!()
}

/** The path of a file in the folder; `undefined` for one that lies elsewhere. */
export function pathBelow(folder: RemoteFolder, location: string): string | undefined {
  const start = `${folder.location.replace(/\/$/, '')}/`
  return location.startsWith(start) ? location.slice(start.length) : undefined
}

/** Removes files that are as they were written, and returns their paths. */
export async function removeUnchanged(
  folder: RemoteFolder,
  files: readonly ExpectedFile[],
): Promise<string[]> {
  const removed: string[] = []
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE).map(async ({ path, bytes }) => {
      const target = folder.join(path)
      const found = await target.size!()
      if (found === undefined || (bytes !== UNKNOWN_BYTES && found !== bytes)) return
      await target.remove!()
      removed.push(path)
    })
    const failed = (await Promise.allSettled(some)).find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
  await removeEmptied(folder, removed)
  return removed.sort()
}

/** Removes the folders that are empty now that these files are gone, the deepest ones first. */
async function removeEmptied(folder: RemoteFolder, removed: readonly string[]): Promise<void> {
  const paths = new Set<string>()
  for (const path of removed) for (let at = folderOf(path); at !== ''; at = folderOf(at)) paths.add(at)
  for (const path of [...paths].sort((a, b) => b.length - a.length)) await folder.join(path).removeFolder?.()
}

/** What readers would take for part of a result though no run has written it; nothing where files cannot be listed. */
export async function remoteStrangers(folder: RemoteFolder, known: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = []
  let seen = 0
  try {
    for await (const path of folder.list?.(isPartition) ?? []) {
      if (++seen > MOST_LISTED) break
      if (!known.has(path) && !isHidden(path.slice(path.lastIndexOf('/') + 1))) found.push(path)
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
  }
  return found.sort()
}

/** A file that readers see in the folder, if there is one. Where files cannot be listed, each is looked for when it is written. */
export async function anyRemoteFile(folder: RemoteFolder): Promise<string | undefined> {
  try {
    for await (const path of folder.list?.(isPartition) ?? [])
      if (!isHidden(path.slice(path.lastIndexOf('/') + 1))) return path
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'E_FORBIDDEN') throw error
  }
  return undefined
}

/** The failure of a step after which the new files stay. */
export function afterFiles(error: unknown, but: string, hint?: string): unknown {
  if (!(error instanceof SluiceError)) return error
  const message = `the files are final, but not ${but}: ${error.message}`
  return reworded(error, { message, ...(hint !== undefined && { hint }) })
}
