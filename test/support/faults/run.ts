import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Random } from '../../../bench/random.js'
import { runInProcess } from '../cli/context.js'
import { finishedJob } from '../client/job.js'
import { RESULT } from '../client/result.js'
import { type ScriptedServer, type Step, startServer, TEST_KEY } from '../client/server.js'
import { packRows } from '../msgpack/encoded-results.js'

export const COLUMNS = '[["n","bigint"],["text","varchar"]]'

/** Rows that compress as little as real ones do, the same for the same seed. */
export function textRows(count: number, seed = 1): [number, string][] {
  const random = new Random(seed)
  const word = () => random.below(2 ** 32).toString(36)
  return Array.from({ length: count }, (_, i) => [i, `${word()}${word()}`])
}

export function csvOf(rows: readonly (readonly [number, string])[]): string {
  return `n,text\n${rows.map(([n, text]) => `${n},${text}\n`).join('')}`
}

export { packRows }

/** What lies at the final path before each run. */
export const OLD = 'old'

export interface RunResult {
  readonly exit: number
  /** The file as it lies there afterwards. */
  readonly file: string
  readonly stderr: string
}

/**
 * Whole runs of `td-sluice dump 7 -o out.csv` in this process, against a server that follows a script for the result.
 * What each run leaves in the folder beside the final file is a failure of the test.
 */
export class WholeRuns {
  readonly server: ScriptedServer
  readonly #t: Test
  readonly #cwd: string
  readonly #args: readonly string[]

  static async start(t: Test, args: readonly string[] = []): Promise<WholeRuns> {
    return new WholeRuns(t, await startServer(t), args)
  }

  constructor(t: Test, server: ScriptedServer, args: readonly string[]) {
    this.#t = t
    this.server = server
    this.#cwd = t.testdir({})
    this.#args = ['--retry-delay', '0ms', '--idle-timeout', '5s', '--quiet', ...args]
  }

  /** Makes `bytes` the result of job 7, announced as they are unless `record` says otherwise. */
  serve(bytes: Buffer, rows: number, record: object = {}): void {
    finishedJob(this.server, bytes, { num_records: rows, hive_result_schema: COLUMNS, ...record })
  }

  /** One run; the next requests for the result are answered by `steps`. */
  async run(steps: readonly Step[] = []): Promise<RunResult> {
    this.server.replace(RESULT, steps)
    const path = join(this.#cwd, 'out.csv')
    writeFileSync(path, OLD)
    const env = { TD_API_SERVER: this.server.url, TD_API_KEY: TEST_KEY }
    const args = ['dump', '7', '-o', 'out.csv', ...this.#args]
    const { exit, stderr } = await runInProcess(args, { env, cwd: this.#cwd })
    const file = readFileSync(path, 'utf8')
    const others = readdirSync(this.#cwd).filter((name) => name !== 'out.csv')
    if (others.length > 0) this.#t.fail(`left behind: ${others.join(', ')}`)
    return { exit, file, stderr }
  }
}
