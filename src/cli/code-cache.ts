import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { makeFolders } from '../files/make-folders.js'

/** Files of all commands and versions together, each of half a MiB. */
const MOST_FILES = 24

/** What of the system decides where compiled code is kept. */
export interface CacheSystem {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home; empty where there is none. */
  readonly home: string
  /** The user's number; undefined on Windows, which keeps caches in a folder of the user's own anyway. */
  readonly uid: number | undefined
}

/**
 * The folder for compiled code: as Node itself is told to use for its own, else the cache folder that the system has for
 * each user. Undefined where nothing may be kept: `NODE_DISABLE_COMPILE_CACHE` is set, or there is no home.
 */
export function cacheFolder({ platform, env, home }: Omit<CacheSystem, 'uid'>): string | undefined {
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined
  if (env.NODE_COMPILE_CACHE) return join(env.NODE_COMPILE_CACHE, 'td-sluice')
  if (platform === 'win32') return env.LOCALAPPDATA && join(env.LOCALAPPDATA, 'td-sluice', 'cache')
  if (env.XDG_CACHE_HOME?.startsWith('/')) return join(env.XDG_CACHE_HOME, 'td-sluice')
  if (!home.startsWith('/')) return undefined
  return join(home, platform === 'darwin' ? 'Library/Caches' : '.cache', 'td-sluice')
}

/**
 * The compiled code in a file; undefined where there is none that may be trusted. It is run without another check, so the
 * file must be the user's own, and writable by no other user.
 */
export function readCode(path: string, uid: number | undefined): Buffer | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const { uid: owner, mode } = fstatSync(fd)
    return uid === undefined || (owner === uid && (mode & 0o022) === 0) ? readFileSync(fd) : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/**
 * Keeps compiled code, complete or not at all. It is no more than a saving of time: where that cannot be, nothing is said.
 *
 * @param folder made where it is missing, for nobody else; left alone where it belongs to somebody else
 */
export function keepCode(folder: string, name: string, code: Uint8Array, uid: number | undefined): void {
  const part = join(folder, `${name}.${process.pid}.part`)
  try {
    // As another user, such as root with the home of who called sudo, it would make what that user cannot use.
    if (uid !== undefined && ownerOf(folder) !== uid) return
    makeFolders(folder, 0o700)
    // Synced before it gets its name: V8 takes what a loss of power leaves in a file as it is.
    writeFileSync(part, code, { mode: 0o600, flush: true })
    renameSync(part, join(folder, name))
    removeOldest(folder)
  } catch {
    removeIfThere(part)
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A file stands where a folder should: there is nothing of ours.
  }
}

/** Who owns a folder, or the nearest above it that is there. */
function ownerOf(folder: string): number {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats ? stats.uid : ownerOf(join(folder, '..'))
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ name }) => join(folder, name))
  const dated = paths.map((path) => ({ path, time: statSync(path).mtimeMs })).sort((a, b) => b.time - a.time)
  for (const { path } of dated.slice(MOST_FILES)) rmSync(path, { force: true })
}
