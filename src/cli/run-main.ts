import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { VERSION } from '../version.js'
import { cacheFolder, keepCode, readCode } from './code-cache.js'
import { setEngineFlags } from './engine-flags.js'

/** Put in by scripts/bundle.mjs: a hash of main.cjs. */
declare const BUILD_ID: string
/** Of CommonJS, as what this file is built into. */
declare const __filename: string

type Main = (
  require: NodeJS.Require,
  module: object,
  file: string,
  folder: string,
  importModule: (path: string) => Promise<unknown>,
) => void

const folder = dirname(__filename)
const file = join(folder, 'main.cjs')
const args = process.argv.slice(2)

/**
 * Runs main.cjs, all of the command in one file, with the compiled code of an earlier run. Node would compile that file anew at
 * each start, which takes longer than what most commands do.
 */
export function runMain(): void {
  const kept = cacheFolder({ platform: process.platform, env: process.env, home: home() })
  // Each command needs other parts of the code compiled; options in front of its name are rare.
  const word = /^[a-z]{1,12}$/.test(args[0] ?? '') ? args[0] : 'start'
  const name = `${VERSION}-${BUILD_ID}-${process.version}-${process.arch}-${word}`
  const uid = process.getuid?.()
  const cachedData = kept === undefined ? undefined : readCode(join(kept, name), uid)
  setEngineFlags()
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    ...(cachedData && { cachedData }),
  })
  if (kept !== undefined && (cachedData === undefined || script.cachedDataRejected))
    process.on('exit', (code) => {
      // The first word of a failed run may not be a command.
      if (code === 0) keepCode(kept, name, script.createCachedData(), uid)
    })
  const main = script.runInThisContext() as Main
  // The script cannot import by itself what is no part of it.
  const importModule = (path: string) => import(pathToFileURL(join(folder, path)).href)
  main(createRequire(file), { exports: {} }, file, folder, importModule)
}

/** An existing home: the home of a service may be missing, and this is no reason to make it. */
function home(): string {
  try {
    const path = homedir()
    return existsSync(path) ? path : ''
  } catch {
    return ''
  }
}
