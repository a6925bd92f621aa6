import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { onAbruptEnd } from './files/leftovers.js'

/** A command to run to its end. */
export interface ChildTask {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Written to its stdin; without it, stdin is empty. */
  readonly input?: string
  /** Whether a shell reads `file`: `/bin/sh`, `cmd.exe` on Windows. */
  readonly shell?: true
  /**
   * Whether it gets a group of its own, so that what it has started is stopped with it. One that may ask at the terminal must not: there
   * it would have none.
   */
  readonly ownGroup: boolean
  readonly timeoutMs: number
  /** Stops it when aborted. */
  readonly signal: AbortSignal
  /** Gets its output as it comes. */
  readonly read: (stdout: Readable, stderr: Readable) => void
  /** Called when it has ended and its output stays open. */
  readonly outputHeld?: () => void
}

/** How a command ended. */
export interface ChildEnd {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly timedOut: boolean
}

/** Milliseconds between SIGTERM and SIGKILL for a command that is to stop. */
const GRACE_MS = 5000

/** How long the output of a command is read on after its end, in milliseconds. */
const OUTPUT_GRACE_MS = 1000

/**
 * Runs a command until it ends, or is stopped when it takes too long or `signal` is aborted. A daemon that it leaves may keep its output
 * open for ever: that is read for a second more. Rejects where the command cannot be started.
 */
export function runChild(task: ChildTask): Promise<ChildEnd> {
  const { file, args, cwd, env, input, shell = false, ownGroup, signal } = task
  // Loaded when it is needed: most programs that can run a command never do.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(file, args, {
    cwd,
    env,
    shell,
    detached: ownGroup,
    windowsHide: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  task.read(child.stdout!, child.stderr!)
  return new Promise((resolve, reject) => {
    let timedOut = false
    const timers: NodeJS.Timeout[] = []
    const after = (ms: number, work: () => void) => timers.push(setTimeout(work, ms))
    const settle = () => {
      settled()
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      // A process that has left the group, such as a daemon, may hold them for ever.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
      child.unref()
    }
    const end = (exitCode: number | null, endedBy: string | null) => {
      settle()
      resolve({ exitCode, signal: endedBy, timedOut })
    }
    let stopping = false
    const stop = () => {
      if (stopping) return
      stopping = true
      kill(child, ownGroup, 'SIGTERM')
      after(GRACE_MS, () => {
        kill(child, ownGroup, 'SIGKILL')
        // A daemon keeps the output open; a process that waits for a disk cannot be killed.
        after(OUTPUT_GRACE_MS, () => end(child.exitCode, child.signalCode ?? 'SIGKILL'))
      })
    }
    const settled = onAbruptEnd(() => kill(child, ownGroup, 'SIGKILL'))
    after(task.timeoutMs, () => {
      timedOut = true
      stop()
    })
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    child.on('error', (error) => {
      settle()
      reject(error)
    })
    child.on('exit', (exitCode, endedBy) => {
      // The child processes of its group get as long as it would have got itself.
      if (stopping && ownGroup) return
      after(OUTPUT_GRACE_MS, () => {
        task.outputHeld?.()
        end(exitCode, endedBy)
      })
    })
    child.on('close', end)
  })
}

function kill(child: ChildProcess, group: boolean, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(group ? -child.pid : child.pid, signal)
  } catch {
    // It has ended in the meantime.
  }
}
