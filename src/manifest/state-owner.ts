import { stat } from 'node:fs/promises'
import { SluiceError, systemCode } from '../errors.js'
import { isSameFile } from '../files/places.js'
import { readTextFile } from '../files/text.js'
import { ManifestDocument } from './document.js'
import type { StateFile } from './state-file.js'

/** Most names that a message has. */
const MOST_NAMES = 5

/**
 * Refuses a state in which another manifest keeps exports of the same names: each would take the scheduled times and watermarks of
 * the other for its own. A manifest that is gone, was moved or has no such export any more has none to lose.
 *
 * @param path the absolute path of the manifest; undefined for one that is an object
 * @throws SluiceError `E_CONFIG`
 */
export async function requireOwnState(
  state: StateFile,
  path: string | undefined,
  names: readonly string[],
): Promise<void> {
  for (const [other, exports] of await otherOwners(state, path, names)) {
    const shown = exports.slice(0, MOST_NAMES).join(', ') + (exports.length > MOST_NAMES ? ', …' : '')
    const [what, such] = exports.length === 1 ? ['the export', 'one'] : ['the exports', 'some']
    const message = `the state ${state.path} has ${what} ${shown} of another manifest, ${other}, and this one has ${such} of the same name`
    const adopt =
      path === undefined
        ? ''
        : `; if this one replaces the other: td-sluice state adopt ${path} --state ${state.path}`
    throw new SluiceError('E_CONFIG', message, {
      hint: `give each manifest a state of its own, by --state${adopt}`,
    })
  }
}

/** Other manifests that still have some of the exports which they keep in the state, and the names of those. */
async function otherOwners(
  state: StateFile,
  path: string | undefined,
  names: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const kept = new Map<string, Set<string>>()
  for (const name of new Set(names)) {
    const owner = state.manifestOf(name)
    if (owner !== undefined && owner !== path) kept.set(owner, (kept.get(owner) ?? new Set()).add(name))
  }
  const others = new Map<string, readonly string[]>()
  for (const [owner, exports] of kept) {
    if (path !== undefined && isSameFile(owner, path)) continue
    const present = await exportsOf(owner)
    const own = [...exports].filter((name) => present === 'unknown' || present.has(name))
    if (own.length > 0) others.set(owner, own)
  }
  return others
}

/** The names of the exports of a manifest; none where there is no file. */
async function exportsOf(path: string): Promise<ReadonlySet<unknown> | 'unknown'> {
  try {
    // A FIFO would be waited for.
    if (!(await stat(path)).isFile()) return new Set()
    const document = new ManifestDocument(await readTextFile(path, `the manifest ${path}`), path)
    if (document.problems.length > 0) return 'unknown'
    const { exports } = Object(document.value())
    return Array.isArray(exports) ? new Set(exports.map((each) => Object(each).name)) : 'unknown'
  } catch (error) {
    const code = systemCode(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? new Set() : 'unknown'
  }
}
