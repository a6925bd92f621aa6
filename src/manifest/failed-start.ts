import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type * as z from 'zod'
import { reportedError, type SluiceError } from '../errors.js'
import { ManifestDocument } from './document.js'
import type { Environment } from './environment.js'
import { runHook } from './hook.js'
import type { RunListener } from './listener.js'
import { ManifestProblems } from './problems.js'
import type { HookReport, RunReport } from './report.js'
import { BlockedRun } from './run-lock.js'
import { BLOCKED_AFTER, type HookCommand, manifestSchema } from './schema.js'

export interface FailedStart {
  /** The manifest's absolute path; undefined when the command line did not tell it. */
  readonly path: string | undefined
  /** The failure that ended the start. */
  readonly failure: SluiceError
  readonly startedAt: string
  /** In UTC; undefined where the start did not get so far. */
  readonly scheduledTime: string | undefined
  readonly env: Environment
  readonly signal: AbortSignal
  readonly listener: RunListener
}

/** Of a manifest with any other faults, what decides about the hooks. */
const { on_failure, on_blocked, blocked_after, hook_timeout } = manifestSchema.shape
const KEYS = { on_failure, on_blocked, blocked_after, hook_timeout }

const LONGEST_DEFAULT_MS = 60_000

/**
 * Tells that a start failed before it came to any export: runs `on_failure`, as far as the manifest can be read, and
 * returns the report. A start that was stopped runs no hook. One that found another at work for the same
 * outputs does not run `on_failure`, but every so often `on_blocked`. Never rejects.
 */
export async function tellFailedStart(start: FailedStart): Promise<RunReport> {
  const { path, failure, env, signal, listener } = start
  const { cause } = failure
  const report: RunReport = {
    manifest: path === undefined ? null : basename(path),
    scheduledTime: start.scheduledTime ?? null,
    startedAt: start.startedAt,
    endedAt: new Date().toISOString(),
    complete: false,
    exitCode: failure.exitCode,
    summary: `${failure.code}: ${failure.message}`,
    error: reportedError(failure),
    ...(cause instanceof ManifestProblems && { problems: cause.problems }),
    ...(cause instanceof BlockedRun && { blocked: cause.blocked }),
    exports: [],
    hooks: [],
  }
  if (signal.aborted || path === undefined) return report
  const hooks: HookReport[] = []
  const keys = await readKeys(path)
  const timeoutMs = keys.hook_timeout ?? LONGEST_DEFAULT_MS
  for (const [hook, command] of hooksOf(keys, cause)) {
    const input = `${JSON.stringify(report, null, 2)}\n`
    hooks.push(await runHook({ hook, command, input, cwd: dirname(path), env, timeoutMs, signal, listener }))
  }
  return { ...report, hooks, endedAt: new Date().toISOString() }
}

type Keys = { -readonly [K in keyof typeof KEYS]?: z.output<(typeof KEYS)[K]> }

function hooksOf(keys: Keys, cause: unknown): [HookReport['hook'], HookCommand][] {
  const hooks: [HookReport['hook'], HookCommand][] = []
  const blocked = cause instanceof BlockedRun ? cause : undefined
  if (keys.on_failure !== undefined && !blocked?.sameOutputs) hooks.push(['on_failure', keys.on_failure])
  const isTime = blocked && blocked.blocked.times % (keys.blocked_after ?? BLOCKED_AFTER) === 0
  if (keys.on_blocked !== undefined && isTime) hooks.push(['on_blocked', keys.on_blocked])
  return hooks
}

/** The keys about hooks, each as far as it is valid; none of a manifest that cannot be read. */
async function readKeys(path: string): Promise<Keys> {
  try {
    // What came out of a FIFO was read, and would be waited for in vain.
    if (!(await stat(path)).isFile()) return {}
    const document = new ManifestDocument(await readFile(path, 'utf8'), path)
    const value = document.problems.length > 0 ? undefined : document.value()
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(
      Object.entries(KEYS).flatMap(([key, schema]) => {
        const read = schema.safeParse((value as Record<string, unknown>)[key])
        return read.success ? [[key, read.data]] : []
      }),
    )
  } catch {
    return {}
  }
}
