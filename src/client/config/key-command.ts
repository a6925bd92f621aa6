import { messageOf, SluiceError, systemCode } from '../../errors.js'
import { redact } from '../../secrets/secret.js'
import { printable } from '../printable.js'
import { type EnvVariables, withoutKeys } from './found.js'

/** A command that prints the API key. */
export interface KeyCommand {
  /** A line for the shell. */
  readonly command: string
  /** Where it is written. */
  readonly origin: string
  /** The folder it runs in. */
  readonly folder: string
  readonly env: EnvVariables
}

/** Time enough for a person who is asked for a passphrase. */
const LIMIT_MS = 60_000

/** How long one answer is good for: a run of many exports asks once, and one of days hears of a key that was changed. */
const FRESH_MS = 300_000

/** Longest part of what it prints to stderr that is shown, in characters. */
const LONGEST_STDERR = 500

const answers = new Map<string, { readonly text: string; readonly at: number }>()

/**
 * Has a command print the API key: a line for the shell, without stdin, and without API keys and the key of masks in its environment. White space around
 * the answer is dropped. Nothing of it is shown, nor the command itself: secrets may stand in it.
 *
 * @throws SluiceError `E_CONFIG` when it cannot be started, fails, prints nothing, or takes longer than `limitMs`.
 */
export function runKeyCommand({ command, origin, folder, env }: KeyCommand, limitMs = LIMIT_MS): string {
  const id = JSON.stringify([command, folder])
  const known = answers.get(id)
  if (known !== undefined && performance.now() - known.at < FRESH_MS) return known.text
  // Loaded when it is needed: no command without a key command is to start later for it.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { status, signal, error, stdout, stderr } = spawnSync(command, {
    shell: true,
    cwd: folder,
    env: withoutKeys(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: limitMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  })
  const text = (stdout ?? '').trim()
  const fail = (what: string, hint: string) => {
    // A shell that tells what it does repeats the key.
    const said = printable(redact(stderr ?? '', text.split(/\s+/)), LONGEST_STDERR)
    const message = `the command for the API key (${origin}) ${what}`
    throw new SluiceError('E_CONFIG', said === '' ? message : `${message}: ${said}`, { hint })
  }
  const tryIt = 'run the command by hand: it has to print the API key and nothing else'
  if (systemCode(error) === 'ETIMEDOUT')
    fail(`took longer than ${limitMs / 1000} s and was stopped`, 'it gets no stdin to read from')
  if (error !== undefined) fail(`could not be run: ${messageOf(error)}`, tryIt)
  if (signal !== null) fail(`was ended by ${signal}`, tryIt)
  if (status !== 0) fail(`failed with exit code ${status}`, tryIt)
  if (text === '') fail('printed nothing', tryIt)
  answers.set(id, { text, at: performance.now() })
  return text
}
