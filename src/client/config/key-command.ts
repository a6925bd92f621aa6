import { interruption } from '../../abort.js'
import { runChild } from '../../child-process.js'
import { messageOf, SluiceError } from '../../errors.js'
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

/** Longest answer that is read. No key is nearly as long. */
const MOST_BYTES = 65_536

/** Longest part of what it prints to stderr that is shown, in characters. */
const LONGEST_STDERR = 500

/** A command that is at work, or has answered. */
interface Asked {
  readonly answer: Promise<string>
  /** Those who wait for the answer. */
  waiting: number
  readonly stop: AbortController
  at: number
}

const asked = new Map<string, Asked>()

/**
 * Has a command print the API key: a line for the shell, without stdin, and without API keys and the key of masks in its environment. White space around
 * the answer is dropped. Nothing of it is shown, nor the command itself: secrets may stand in it. It has answered when it ends, whatever
 * it leaves at work. Those who ask for the same at once share one answer, and when none of them waits any more the command is stopped.
 *
 * @throws SluiceError `E_CONFIG` when it cannot be started, fails, prints nothing or too much, or takes longer than `limitMs`; the reason
 *   of `signal` when that is aborted.
 */
export async function runKeyCommand(
  command: KeyCommand,
  signal?: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<string> {
  const id = JSON.stringify([command.command, command.folder])
  let found = asked.get(id)
  if (found === undefined || performance.now() - found.at > FRESH_MS) {
    const stop = new AbortController()
    const begun: Asked = { answer: ask(command, stop.signal, limitMs), waiting: 0, stop, at: Infinity }
    const forget = () => {
      if (asked.get(id) === begun) asked.delete(id)
    }
    // A failure is asked for again, and so is an answer that nobody waited for.
    begun.answer.then(() => {
      begun.at = performance.now()
    }, forget)
    stop.signal.addEventListener('abort', forget)
    asked.set(id, begun)
    found = begun
  }
  return waitFor(found, signal)
}

async function waitFor(found: Asked, signal: AbortSignal | undefined): Promise<string> {
  found.waiting++
  let leave = () => {}
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(interruption(signal!))
    if (signal?.aborted) leave()
    else signal?.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([found.answer, left])
  } finally {
    signal?.removeEventListener('abort', leave)
    found.waiting--
    if (found.waiting === 0 && found.at === Infinity) found.stop.abort()
  }
}

async function ask(
  { command, origin, folder, env }: KeyCommand,
  signal: AbortSignal,
  limitMs: number,
): Promise<string> {
  const tooMuch = new AbortController()
  const answer: Buffer[] = []
  let bytes = 0
  let said = ''
  const fail = (what: string, hint: string, cause?: unknown): never => {
    // A shell that tells what it does repeats the key.
    const secrets = Buffer.concat(answer).toString().split(/\s+/)
    const shown = printable(redact(said, secrets), LONGEST_STDERR)
    const message = `the command for the API key (${origin}) ${what}`
    throw new SluiceError('E_CONFIG', shown === '' ? message : `${message}: ${shown}`, { hint, cause })
  }
  const tryIt = 'run the command by hand: it has to print the API key and nothing else'
  const end = await runChild({
    file: command,
    args: [],
    shell: true,
    cwd: folder,
    env: withoutKeys(env),
    // It may ask for a passphrase at the terminal.
    ownGroup: false,
    timeoutMs: limitMs,
    signal: AbortSignal.any([signal, tooMuch.signal]),
    read: (stdout, stderr) => {
      stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= MOST_BYTES) answer.push(chunk)
        else tooMuch.abort()
      })
      stderr.on('data', (chunk: Buffer) => {
        if (said.length < MOST_BYTES) said += chunk.toString()
      })
    },
  }).catch((cause) => fail(`could not be run: ${messageOf(cause)}`, tryIt))
  if (bytes > MOST_BYTES) fail(`printed more than ${MOST_BYTES} bytes`, tryIt)
  if (end.timedOut)
    fail(`took longer than ${limitMs / 1000} s and was stopped`, 'it gets no stdin to read from')
  if (end.signal !== null) fail(`was ended by ${end.signal}`, tryIt)
  if (end.exitCode !== 0) fail(`failed with exit code ${end.exitCode}`, tryIt)
  const text = Buffer.concat(answer).toString().trim()
  if (text === '') fail('printed nothing', tryIt)
  return text
}
