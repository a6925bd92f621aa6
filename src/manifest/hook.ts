import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { type ChildEnd, runChild } from '../child-process.js'
import { printable, withoutKeys } from '../client/index.js'
import { messageOf } from '../errors.js'
import type { Environment } from './environment.js'
import type { RunListener } from './listener.js'
import type { HookReport } from './report.js'
import type { HookCommand } from './schema.js'

export interface HookTask {
  readonly hook: HookReport['hook']
  readonly command: HookCommand
  /** Written to its stdin. */
  readonly input: string
  readonly cwd: string
  readonly env: Environment
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly listener: RunListener
}

/** Longest line of a hook's output that is shown, in characters. */
const LONGEST_LINE = 2000

/**
 * Runs a hook to its end: what it prints becomes lines of the log, and its environment has no API key and no key of masks. It and all
 * processes of its group are stopped when it takes too long or the run is stopped. A daemon that it leaves in a group of its
 * own goes on, and does not keep the run. Never rejects.
 */
export async function runHook(task: HookTask): Promise<HookReport> {
  const { hook, listener } = task
  const begin = performance.now()
  const ended = await execute(task).catch((error): ChildEnd => {
    notice(listener, `the hook ${hook} could not be started: ${messageOf(error)}`)
    return { exitCode: null, signal: null, timedOut: false }
  })
  const report = { hook, ...ended, durationMs: Math.round(performance.now() - begin) }
  if (ended.timedOut)
    notice(listener, `the hook ${hook} took longer than ${task.timeoutMs / 1000} s and was stopped`)
  else if (ended.signal !== null) notice(listener, `the hook ${hook} was ended by ${ended.signal}`)
  else if (ended.exitCode) notice(listener, `the hook ${hook} ended with exit code ${ended.exitCode}`)
  else if (ended.exitCode === 0) listener.info(`the hook ${hook} succeeded`, { event: 'hook', ...report })
  return report
}

function notice(listener: RunListener, message: string): void {
  listener.progress({ type: 'notice', code: 'N_HOOK_FAILED', message })
}

async function execute(task: HookTask): Promise<ChildEnd> {
  const { hook, command, input, cwd, timeoutMs, listener, signal } = task
  const [file, ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  return runChild({
    file: file!,
    args,
    cwd,
    env: withoutKeys(task.env),
    input,
    ownGroup: true,
    timeoutMs,
    signal,
    read: (...streams) => {
      for (const stream of streams) logLines(stream, hook, listener)
    },
    outputHeld: () => {
      const message = `the hook ${hook} has ended, but a process that it started keeps its output open; it is read no longer`
      listener.progress({ type: 'notice', code: 'N_HOOK_OUTPUT', message })
    },
  })
}

/** Logs lines as they come. A line is cut while it is read, so that output without line ends needs no memory. */
function logLines(stream: Readable, hook: string, listener: RunListener): void {
  const decoder = new StringDecoder('utf8')
  let line = ''
  const take = (text: string) => {
    // One character more than is shown tells that there are more.
    if (line.length <= LONGEST_LINE) line += text.slice(0, LONGEST_LINE + 1 - line.length)
  }
  const say = () => {
    if (line !== '')
      listener.info(`${hook}: ${printable(line, LONGEST_LINE)}`, { event: 'hook_output', hook })
    line = ''
  }
  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...more] = decoder.write(chunk).split(/[\r\n]/)
    take(first)
    for (const text of more) {
      say()
      take(text)
    }
  })
  stream.on('error', () => {})
  stream.on('close', say)
}
