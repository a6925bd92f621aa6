import { fstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { isatty } from 'node:tty'
import { asSluiceError } from '../abort.js'
import { type ErrorCode, ioError, messageOf, SluiceError } from '../errors.js'
import type { Context } from './context.js'
import { ignoredSignals } from './ignored-signals.js'

const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, { code: ErrorCode; message: string }>>> = {
  SIGINT: { code: 'E_INTERRUPTED', message: 'stopped by Ctrl-C' },
  SIGTERM: { code: 'E_TERMINATED', message: 'stopped by SIGTERM' },
  SIGHUP: { code: 'E_HANGUP', message: 'stopped because the terminal went away' },
}

const stopping = new AbortController()
/** Removes unfinished files at once; nothing to do until the code that makes them is loaded. */
let discardUnfinished = () => {}
let lastWords = () => {}
let stdoutFailure: SluiceError | undefined

const context: Context = {
  stdin: () => process.stdin,
  stdinIsTerminal: isatty(0),
  // A terminal gives nothing before its user types, and a device such as /dev/null nothing at all.
  stdinIsGiven: () =>
    told(() => {
      const stats = fstatSync(0)
      return stats.isFIFO() || stats.isSocket() || stats.isFile()
    }, false),
  stdout: process.stdout,
  stderr: process.stderr,
  stdoutIsTerminal: isatty(1),
  stderrIsTerminal: isatty(2),
  columns: () => process.stderr.columns || process.stdout.columns || 80,
  rows: () => process.stderr.rows || process.stdout.rows || 24,
  env: process.env,
  cwd: told(() => process.cwd(), '/proc/self/cwd'),
  home: told(homedir, ''),
  now: () => performance.now(),
  clock: () => Date.now(),
  signal: stopping.signal,
  atAbruptEnd: (act) => {
    lastWords = act
  },
  flushed,
}

/**
 * What the system tells, or `otherwise`: a user may have neither a home nor an entry in /etc/passwd. In a current folder
 * that was removed absolute paths still work, and all others fail when they are opened.
 */
function told<T>(tell: () => T, otherwise: T): T {
  try {
    return tell()
  } catch {
    return otherwise
  }
}

/** The first signal ends the run in good order, the second at once. */
function onSignal(signal: NodeJS.Signals): void {
  const { code, message } = SIGNALS[signal]!
  const failure = new SluiceError(code, message)
  if (stopping.signal.aborted) {
    discardUnfinished()
    lastWords()
    process.exit(failure.exitCode)
  }
  stopping.abort(failure)
}

/**
 * A bug, or a lack of open files, surfaced outside of the run: nothing can be trusted any more, so it ends here, without
 * leftovers.
 */
function onUncaught(error: unknown, origin: string): void {
  // Node's own fetch, which undici loads and nothing here uses, found no room for its parser.
  if (
    origin === 'unhandledRejection' &&
    /^WebAssembly\.instantiate\(\): Out of memory/.test(messageOf(error))
  )
    return
  discardUnfinished()
  const { code, message, hint, exitCode } = asSluiceError(error)
  const advice = hint ?? 'this is a bug; please report it'
  process.stderr.write(`td-sluice: ${code}: ${message}\n  hint: ${advice}\n`)
  process.exit(exitCode)
}

/** Resolves when stdout has taken everything. Whoever reads it may be slow, and may still go away. */
async function flushed(): Promise<void> {
  const { signal } = stopping
  await new Promise<void>((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    process.stdout.write('', done)
  })
  if (stdoutFailure) throw stdoutFailure
  signal.throwIfAborted()
}

async function main(args: readonly string[]): Promise<void> {
  const ignored: readonly string[] = ignoredSignals(process.ppid)
  for (const signal of Object.keys(SIGNALS))
    process.on(signal, ignored.includes(signal) ? () => {} : onSignal)
  process.on('uncaughtException', onUncaught)
  process.stdout.on('error', (error) => {
    stdoutFailure ??= ioError(error, 'stdout')
    if (!stopping.signal.aborted) stopping.abort(stdoutFailure)
  })
  // Without a reader of stderr the messages are lost; the exit code still says how the run ended.
  process.stderr.on('error', () => {})

  discardUnfinished = (await import('../files/leftovers.js')).discardAllSync
  const { runCommandLine } = await import('./run.js')
  const { COMMANDS } = await import('./commands/index.js')
  process.exitCode = await runCommandLine(args, context, COMMANDS)
  // A run that was stopped leaves nothing to wait for: not a reader that has stopped reading, not a socket.
  if (!stopping.signal.aborted) await Promise.all([written(process.stdout), written(process.stderr)])
  // Left alone, Node would wait until V8 has optimized code that will not run any more, which takes longer than a request.
  process.exit()
}

/** Resolves when a stream has given all its bytes away, or has failed. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

// Not awaited: while a module awaits at its top level, no other can import it, and the bundler puts shared code here.
void main(process.argv.slice(2))
