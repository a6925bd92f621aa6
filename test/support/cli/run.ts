import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LOADER_ARGS, runnable } from '../process/modules.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface CliOptions {
  /** Added to an environment without any TD settings. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Written to stdin, which is closed otherwise. */
  readonly input?: string | Uint8Array
}

export interface CliResult {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string
  readonly stdout: string
  readonly stdoutBytes: Buffer
  readonly stderr: string
}

/** From the sources. */
export const SOURCE_ARGS = [...LOADER_ARGS, runnable(new URL('../../../src/cli/main.ts', import.meta.url))]

/**
 * Node's arguments that start the command. Where the test runner, as it says, has it built, that is the command
 * as it is published, which starts in a tenth of the processor time; a test run by itself starts the sources.
 */
export const CLI_ARGS = process.env.TD_SLUICE_IS_BUILT === '1' ? [`${ROOT}dist/cli/start.cjs`] : SOURCE_ARGS

/** Where the built command keeps its compiled code, as it does for a user. */
const CACHE = `${ROOT}.tap/cache`

/** Starts the real command as a child process. */
export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    XDG_CACHE_HOME: CACHE,
    TZ: 'UTC',
    ...options.env,
  }
  const child = spawn(process.execPath, [...CLI_ARGS, ...args], { cwd: options.cwd, env })
  child.stdin!.on('error', () => {})
  child.stdin!.end(options.input)
  return child
}

/** Waits for a command to end. */
export async function ended(child: ChildProcess): Promise<CliResult> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout!.on('data', (chunk) => stdout.push(chunk))
  child.stderr!.on('data', (chunk) => stderr.push(chunk))
  const exit = await new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal!))
  })
  const stdoutBytes = Buffer.concat(stdout)
  return { exit, stdout: stdoutBytes.toString(), stdoutBytes, stderr: Buffer.concat(stderr).toString() }
}

/** Runs the real command as a child process. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return ended(startCli(args, options))
}
