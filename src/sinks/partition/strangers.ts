import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SinkContext } from '../contract.js'

/** How many files that no run has written a notice names. */
const TOLD = 10

/** Files that runs have written, or are about to. */
export interface KnownFiles {
  /** Relative to the folder, with slashes. */
  readonly files: ReadonlySet<string>
  /** The same without the end that names the format. */
  readonly stems: readonly string[]
}

/**
 * Finds what readers would take for part of a result though no run has written it: files of the folder and of the partitions
 * below it. Readers pass names over that begin with a dot or an underscore. Folders that are no partitions may be anything,
 * and are not looked into.
 */
export async function strangersIn(root: string, { files, stems }: KnownFiles): Promise<string[]> {
  const begun = new Set(stems)
  const found: string[] = []
  const isKnown = (path: string) => files.has(path) || begun.has(path.replace(/\.[^/]*$/, ''))
  const look = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((): Dirent[] => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (isHidden(entry.name)) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!entry.isDirectory()) {
        if (!isKnown(path)) found.push(path)
      } else if (isPartition(entry.name)) await look(path)
    }
  }
  await look('')
  return found
}

/** Whether readers pass a name over. */
export function isHidden(name: string): boolean {
  return /^[._]/.test(name)
}

/** Whether a folder is one of a partition. */
export function isPartition(name: string): boolean {
  return !isHidden(name) && name.includes('=')
}

export function tellStrangers(found: readonly string[], { notice }: SinkContext): void {
  if (found.length === 0) return
  const more = found.length > TOLD ? ` and ${found.length - TOLD} more` : ''
  const names = `${found.slice(0, TOLD).join(', ')}${more}`
  const what = found.length === 1 ? 'a file that is' : `${found.length} files that are`
  notice({
    code: 'N_OTHER_FILES',
    message: `the folder holds ${what} not of td-sluice, or changed since: ${names}; readers may take them for rows of this result`,
  })
}

export function tellRemoved(removed: readonly string[], { notice }: SinkContext): void {
  if (removed.length === 0) return
  const what = removed.length === 1 ? removed[0] : `${removed.length} files, ${removed[0]} among them`
  const them = removed.length === 1 ? 'it' : 'them'
  const message = `removed ${what}: an earlier run wrote ${them} here, and this one did not`
  notice({ code: 'N_EARLIER_FILES', message })
}
