import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import * as z from 'zod'
import { reportedError, type SluiceError } from '../errors.js'
import { ManifestDocument } from './document.js'
import type { Environment } from './environment.js'
import { runHook } from './hook.js'
import type { RunListener } from './listener.js'
import { ManifestProblems } from './problems.js'
import type { RunReport } from './report.js'
import { BlockedRun } from './run-lock.js'
import { manifestSchema } from './schema.js'

export interface FailedStart {
  /** The manifest's absolute path. */
  readonly path: string
  /** The failure that ended the start. */
  readonly failure: SluiceError
  readonly startedAt: string
  /** In UTC; undefined where the start did not get so far. */
  readonly scheduledTime: string | undefined
  readonly env: Environment
  readonly signal: AbortSignal
  readonly listener: RunListener
}

/** Of a manifest with any other faults, what decides about the hook. */
const { on_failure, hook_timeout } = manifestSchema.shape
const hookSchema = z.object({ on_failure, hook_timeout })

const LONGEST_DEFAULT_MS = 60_000

/**
 * Tells that a start failed before it came to any export: runs `on_failure`, as far as the manifest can be read, and
 * returns the report. A start that was stopped runs no hook, nor one that found another at work for the same scheduled
 * time: that one makes the outputs. Never rejects.
 */
export async function tellFailedStart(start: FailedStart): Promise<RunReport> {
  const { path, failure, env, signal, listener } = start
  const { cause } = failure
  const report: RunReport = {
    manifest: basename(path),
    scheduledTime: start.scheduledTime ?? null,
    startedAt: start.startedAt,
    endedAt: new Date().toISOString(),
    complete: false,
    exitCode: failure.exitCode,
    error: reportedError(failure),
    ...(cause instanceof ManifestProblems && { problems: cause.problems }),
    ...(cause instanceof BlockedRun && { blocked: cause.blocked }),
    exports: [],
    hooks: [],
  }
  if (signal.aborted || (cause instanceof BlockedRun && cause.sameTime)) return report
  const hook = await readHook(path)
  if (hook?.on_failure === undefined) return report
  const ended = await runHook({
    hook: 'on_failure',
    command: hook.on_failure,
    input: `${JSON.stringify(report, null, 2)}\n`,
    cwd: dirname(path),
    env,
    timeoutMs: hook.hook_timeout,
    signal,
    listener,
  })
  return { ...report, hooks: [ended], endedAt: new Date().toISOString() }
}

async function readHook(path: string): Promise<z.output<typeof hookSchema> | undefined> {
  try {
    const document = new ManifestDocument(await readFile(path, 'utf8'), path)
    if (document.problems.length > 0) return undefined
    const value = document.value()
    const both = hookSchema.safeParse(value)
    if (both.success) return both.data
    const alone = hookSchema.pick({ on_failure: true }).safeParse(value)
    return alone.success ? { ...alone.data, hook_timeout: LONGEST_DEFAULT_MS } : undefined
  } catch {
    return undefined
  }
}
