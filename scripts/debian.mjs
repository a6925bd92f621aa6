// Programs of Debian's packages, unpacked into a folder and not installed.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the libraries of a folder lie, with what is before `/usr`. */
const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu/ceph',
  '/usr/lib',
  '/lib/x86_64-linux-gnu',
]

/**
 * The path before `/usr` of the programs: empty where they are installed, `undefined` where they cannot be had.
 *
 * @param cache folder that keeps the packages from one run to the next
 */
export function rootOfPackages(packages, programs, cache) {
  if (programs.every((path) => existsSync(path))) return ''
  const root = join(cache, 'root')
  if (existsSync(join(cache, 'unpacked'))) return root
  const debs = join(cache, 'debs')
  mkdirSync(join(debs, 'partial'), { recursive: true })
  try {
    const options = ['-y', '--download-only', '--no-install-recommends', '-o', `Dir::Cache::archives=${debs}`]
    execFileSync('apt-get', ['install', ...options, ...packages], { stdio: 'pipe' })
    for (const name of readdirSync(debs).filter((each) => each.endsWith('.deb')))
      execFileSync('dpkg', ['-x', join(debs, name), root])
  } catch {
    return undefined
  }
  writeFileSync(join(cache, 'unpacked'), '')
  return root
}

/** The environment in which programs below `root` find their libraries. */
export function libraryEnvironment(root) {
  return root === '' ? {} : { LD_LIBRARY_PATH: LIBRARIES.map((path) => root + path).join(':') }
}
