import { Readable, Writable } from 'node:stream'
import type { Command } from 'commander'
import { COMMANDS } from '../../../src/cli/commands/index.js'
import type { Context } from '../../../src/cli/context.js'
import { createProgram } from '../../../src/cli/program.js'
import { runCommandLine } from '../../../src/cli/run.js'
import { newSession } from '../../../src/cli/session.js'

/** A stream that remembers what was written to it. */
export class Recorder extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.text += chunk.toString()
    callback()
  }
}

export interface World extends Partial<Context> {
  readonly input?: string
  /** Whether stdout and stderr are terminals. Default false. */
  readonly terminal?: boolean
}

export interface Outcome {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** The program with all commands and their options, to be looked at rather than run. */
export function wholeProgram(): Promise<Command> {
  const session = newSession(contextOf(new Recorder(), new Recorder(), {}))
  return createProgram(session, COMMANDS, () => true)
}

/** Runs the command in this process, with a world of the test's making; `stderr` sees what is said while it runs. */
export async function runInProcess(
  args: readonly string[],
  world: World = {},
  stderr: Recorder = new Recorder(),
): Promise<Outcome> {
  const stdout = new Recorder()
  const exit = await runCommandLine(args, contextOf(stdout, stderr, world), COMMANDS)
  return { exit, stdout: stdout.text, stderr: stderr.text }
}

/** The world that a command line runs in, with the streams of a test. */
export function contextOf(stdout: Recorder, stderr: Recorder, world: World): Context {
  const { input, terminal = false, ...rest } = world
  return {
    stdin: () => Readable.from(input === undefined ? [] : [Buffer.from(input)]),
    stdinIsTerminal: false,
    stdinIsGiven: () => input !== undefined,
    stdout,
    stderr,
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    columns: () => 80,
    rows: () => 24,
    env: {},
    cwd: '/',
    home: '/nonexistent',
    now: () => performance.now(),
    clock: () => Date.now(),
    signal: new AbortController().signal,
    atAbruptEnd: () => {},
    flushed: async () => {},
    ...rest,
  }
}
