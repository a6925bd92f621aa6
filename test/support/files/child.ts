import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { LOADER_ARGS, runnable } from '../process/modules.js'

/** The command line of a process that runs a TypeScript file of this folder. */
export function nodeCommand(script: string, ...args: string[]): string[] {
  return [process.execPath, ...LOADER_ARGS, runnable(new URL(script, import.meta.url)), ...args]
}

/** What `writer.ts` is to do. */
export interface WriterTask {
  readonly destination: string
  readonly chunks: number
  readonly chunkBytes: number
  readonly pauseMs?: number
  readonly clobber?: boolean
  readonly jobId?: string
  /** Sixteen hexadecimal digits to use instead of random ones. */
  readonly token?: string
  /** Whether notices and hints are printed too. */
  readonly tells?: boolean
}

export function writerCommand(task: WriterTask): string[] {
  return nodeCommand('./writer.ts', JSON.stringify(task))
}

/** Bytes that tell where they belong. */
export function patternChunk(index: number, bytes: number): Buffer {
  return Buffer.alloc(bytes, `chunk ${index};`)
}

/** Everything that a {@link WriterTask} writes. */
export function patternOf({ chunks, chunkBytes }: WriterTask): Buffer {
  return Buffer.concat(Array.from({ length: chunks }, (_, index) => patternChunk(index, chunkBytes)))
}

export interface Ended {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string
  readonly stdout: Buffer
  readonly stderr: string
}

/** Starts a command with its stdout and stderr in pipes. */
export function start([file, ...args]: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk) => stdout.push(chunk))
  child.stderr?.on('data', (chunk) => stderr.push(chunk))
  const exit = await new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal!))
  })
  return { exit, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
}

export function run(command: readonly string[], options?: SpawnOptions): Promise<Ended> {
  return ended(start(command, options))
}

/** Runs a command inside a shell line, where `"$@"` stands for it: limits and redirections for example. */
export function runInShell(line: string, command: readonly string[]): Promise<Ended> {
  return run(['sh', '-c', line, 'sh', ...command])
}

/** Resolves when a child has printed `text` on stderr. */
export function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = ''
    child.stderr!.on('data', (chunk) => {
      seen += chunk
      if (seen.includes(text)) resolve()
    })
    child.on('close', () => reject(new Error(`ended without printing ${text}: ${seen}`)))
  })
}
