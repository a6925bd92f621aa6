import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Ended, run, type WriterTask, writerCommand } from './child.js'

const TOKEN = 'abababababababab'

/** Why system calls cannot be injected here, as tap's `skip` wants it. */
export const noStrace =
  spawnSync('strace', ['-o', '/dev/null', 'true']).status !== 0 && 'strace is not there, or may not trace'

export interface Injection {
  /** Which paths count: the part file, the lock, the final name or the folder. Default all. */
  readonly on?: readonly (keyof TracedPaths)[]
  /** As strace has it after `inject=`, `write:error=ENOSPC:when=2` for example. */
  readonly inject?: string
}

export interface TracedPaths {
  readonly part: string
  readonly lock: string
  readonly final: string
  readonly folder: string
}

export interface Traced extends Ended {
  /** What was called on the paths that count, in order. */
  readonly calls: readonly TracedCall[]
}

export interface TracedCall {
  readonly thread: string
  readonly name: string
  /** Name, arguments and result as strace prints them. */
  readonly text: string
}

/** The paths a writer uses for a destination. Its token is fixed, because strace selects by path. */
export function tracedPaths(destination: string): TracedPaths {
  const folder = dirname(destination)
  const name = basename(destination)
  return {
    part: join(folder, `.${name}.local.${TOKEN}.part`),
    lock: join(folder, `.${name}.lock`),
    final: destination,
    folder,
  }
}

/** Runs a writer under strace, which makes the system calls fail or the process die as told. */
export async function traceWriter(task: WriterTask, injection: Injection = {}): Promise<Traced> {
  const log = mkdtempSync(join(tmpdir(), 'sluice-strace-'))
  const paths = tracedPaths(task.destination)
  const select = (injection.on ?? Object.keys(paths)).flatMap((key) => [
    '-P',
    paths[key as keyof TracedPaths],
  ])
  const inject = injection.inject === undefined ? [] : ['-e', `inject=${injection.inject}`]
  const options = ['-f', '-qq', '-e', 'signal=none', '-o', join(log, 'log'), ...select, ...inject]
  try {
    // One thread, because strace counts the calls of each thread by themselves.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
    const ended = await run(['strace', ...options, ...writerCommand({ ...task, token: TOKEN })], { env })
    const lines = readFileSync(join(log, 'log'), 'utf8').split('\n')
    const calls = lines.flatMap((line) => {
      const found = /^(\d+) +((\w+)\(.*)$/.exec(line)
      return found === null ? [] : [{ thread: found[1]!, name: found[3]!, text: found[2]! }]
    })
    return { ...ended, calls }
  } finally {
    rmSync(log, { recursive: true })
  }
}
