import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

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
      if (/^[._]/.test(entry.name)) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!entry.isDirectory()) {
        if (!isKnown(path)) found.push(path)
      } else if (entry.name.includes('=')) await look(path)
    }
  }
  await look('')
  return found
}
