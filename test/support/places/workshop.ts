import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js'
import { COLUMNS, textRows } from '../faults/run.js'
import { type Ended, run } from '../files/child.js'
import { runMounted } from '../files/places.js'
import { contents, MANIFEST } from '../kill/run.js'

export const COMMAND = fileURLToPath(new URL('../../../dist/cli/start.cjs', import.meta.url))

const SCHEDULED = '2026-01-31T00:00:00Z'

/** Where the command works. Lines for the shell come with the paths in them. */
export interface Place {
  /** What stands before the command, in the folder `dir`: name spaces, users, limits, injected faults. */
  readonly prefix?: (dir: string) => readonly string[]
  /** Mounts the file system of the folder `dir`; `real` is a folder beside it. In a mount name space of its own. */
  readonly mount?: (dir: string, real: string) => string
  readonly unmount?: (dir: string) => string
  /** What is done to the folder before, from outside. */
  readonly prepare?: (dir: string) => void
  readonly env?: Readonly<Record<string, string>>
  /** Without a spool: it is refused where others could have written it, and all seem to where files have no owners. */
  readonly noSpool?: boolean
  /** Further arguments of `dump`. */
  readonly dump?: readonly string[]
}

export interface Done extends Ended {
  /** Whether every output is there, complete, and nothing else. */
  readonly isComplete: boolean
  readonly files: ReadonlyMap<string, string>
}

/**
 * The built command, a server for it, and the outputs that it makes: one file by `dump`, and by `run` those of three
 * exports, one with a spool, one in partitions, with the state beside them.
 */
export class Workshop {
  readonly sandbox: Sandbox
  readonly env: Readonly<Record<string, string>>
  readonly #root: string
  readonly #jobId: string
  #expected: ReadonlyMap<string, string> = new Map()
  #count = 0

  private constructor(root: string, sandbox: Sandbox) {
    this.sandbox = sandbox
    this.env = { PATH: process.env.PATH!, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k'.repeat(8), TZ: 'UTC' }
    this.#root = root
    this.#jobId = sandbox.addJob({ schema: COLUMNS, rows: textRows(500) })
    // Other users come by here.
    chmodSync(root, 0o755)
  }

  static async open(t: Test): Promise<Workshop> {
    const sandbox = await startSandbox({ rows: 400, nasdaqRows: 1000, preload: true })
    t.teardown(() => sandbox.close())
    const workshop = new Workshop(t.testdir({}), sandbox)
    const { exit, stderr, files } = await workshop.work({})
    if (exit !== 0) throw new Error(`in an ordinary folder: ${stderr}`)
    workshop.#expected = files
    return workshop
  }

  get dump(): string[] {
    return [process.execPath, COMMAND, 'dump', this.#jobId, '-o', 'out.csv']
  }

  get run(): string[] {
    return [process.execPath, COMMAND, 'run', 'exports.yaml', '--scheduled-time', SCHEDULED]
  }

  /** Runs both commands in a place, and both again over what they made. Ends with the first failure. */
  async work(place: Place): Promise<Done> {
    const dump = [...this.dump, ...(place.dump ?? [])]
    const commands = [dump, this.run, dump, this.run].map((words) =>
      words.map((word) => `'${word}'`).join(' '),
    )
    return this.doing(place, ['sh', '-c', commands.join(' && ')])
  }

  /** Runs one command in a place. */
  async doing(place: Place, command: readonly string[]): Promise<Done> {
    const base = join(this.#root, String(this.#count++))
    const [dir, real, out] = ['place', 'real', 'out'].map((name) => join(base, name)) as [
      string,
      string,
      string,
    ]
    for (const folder of [dir, real, out]) mkdirSync(folder, { recursive: true })
    const manifest = join(base, 'exports.yaml')
    const text = place.noSpool ? MANIFEST.replace(/^ *spool: .*\n/m, '') : MANIFEST
    writeFileSync(manifest, text)
    // Most file systems are mounted over empty folders only.
    if (place.mount === undefined) writeFileSync(join(dir, 'exports.yaml'), text)
    place.prepare?.(dir)
    const words = [...(place.prefix?.(dir) ?? []), ...command]
    const env = { ...this.env, ...place.env }
    if (place.mount === undefined) {
      return this.#done(await run(words, { cwd: dir, env }), dir)
    }
    // Where nothing can be copied to, it is there already.
    const mounting = `${place.mount(dir, real)} && { cp ${manifest} ${dir} 2> /dev/null || true; } && cd ${dir}`
    const after = `cd /; cp -r ${dir}/. ${out}; ${place.unmount?.(dir) ?? 'true'}`
    const ended = await runMounted(mounting, words, after, { env })
    if (ended.exit === 99) throw new Error(`nothing could be mounted: ${ended.stderr}`)
    return this.#done(ended, out)
  }

  #done(ended: Ended, dir: string): Done {
    const files = new Map([...contents(dir)].filter(([name]) => name !== 'exports.yaml'))
    return { ...ended, files, isComplete: isDeepStrictEqual(files, this.#expected) }
  }
}
