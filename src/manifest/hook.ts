import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { printable } from '../client/index.js'
import { messageOf } from '../errors.js'
import { onAbruptEnd } from '../files/leftovers.js'
import { API_KEY_VARIABLES, type Environment } from './environment.js'
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

/** What a hook that is to stop gets before it is killed, in milliseconds. */
const GRACE_MS = 5000

/** Longest line of a hook's output that is shown, in characters. */
const LONGEST_LINE = 2000

/**
 * Runs a hook to its end: what it prints becomes lines of the log, its environment has no API key, and it and all that
 * it has started are stopped when it takes too long or the run is stopped. Never rejects.
 */
export async function runHook(task: HookTask): Promise<HookReport> {
  const { hook, listener } = task
  const begin = performance.now()
  const ended = await execute(task).catch((error): Ended => {
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

type Ended = Pick<HookReport, 'exitCode' | 'signal' | 'timedOut'>

async function execute(task: HookTask): Promise<Ended> {
  const { hook, command, cwd, listener, signal } = task
  const [file, ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  const env = Object.fromEntries(
    Object.entries(task.env).filter(([name]) => !API_KEY_VARIABLES.includes(name)),
  )
  // A group of its own, so that what the hook has started can be stopped with it.
  const child = spawn(file!, args, { cwd, env, detached: true })
  child.stdin.on('error', () => {})
  child.stdin.end(task.input)
  for (const stream of [child.stdout, child.stderr]) logLines(stream, hook, listener)
  return new Promise((resolve, reject) => {
    let timedOut = false
    let forced: NodeJS.Timeout | undefined
    const stop = () => {
      signalGroup(child.pid, 'SIGTERM')
      forced ??= setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS)
    }
    const limit = setTimeout(() => {
      timedOut = true
      stop()
    }, task.timeoutMs)
    const settled = onAbruptEnd(() => signalGroup(child.pid, 'SIGKILL'))
    const settle = () => {
      settled()
      clearTimeout(limit)
      clearTimeout(forced)
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop, { once: true })
    child.on('error', (error) => {
      settle()
      reject(error)
    })
    child.on('close', (exitCode, endedBy) => {
      settle()
      resolve({ exitCode, signal: endedBy, timedOut })
    })
  })
}

function logLines(stream: Readable, hook: string, listener: RunListener): void {
  createInterface({ input: stream }).on('line', (line) => {
    listener.info(`${hook}: ${printable(line, LONGEST_LINE)}`, { event: 'hook_output', hook })
  })
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended in the meantime.
  }
}
