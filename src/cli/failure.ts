import { CommanderError } from 'commander'
import { asSluiceError } from '../abort.js'
import { printable, printableLines } from '../client/printable.js'
import { adviceFor, ERROR_TABLE, SluiceError } from '../errors.js'
import { ManifestProblems, problemLine } from '../manifest/problems.js'
import { suggestion } from '../model/suggest.js'
import { hideTargets } from '../secrets/export-target.js'
import { escapeControls } from './terminal/escape.js'
import type { Style } from './terminal/style.js'

/** Longest message printed, in characters: a server may send pages. */
const LONGEST_MESSAGE = 2000

/** A command line in a hint is of use only whole. */
const LONGEST_HINT = 20_000

/**
 * Text of an error for the user: one line, and a second with the next step if the error knows one. The problems
 * of a manifest come before.
 */
export function failureLines(error: SluiceError, style: Style, verbose: boolean): string[] {
  if (error.code === 'E_BROKEN_PIPE') return []
  const job = error.jobId === undefined ? '' : ` (job ${printable(error.jobId)})`
  const head = style.red(`td-sluice: ${error.code}:`)
  const lines = [
    ...problems(error),
    `${head} ${printable(hideTargets(error.message), LONGEST_MESSAGE)}${job}`,
  ]
  const hint = hintOf(error, verbose)
  if (hint !== undefined)
    lines.push(`  ${style.dim('hint:')} ${escapeControls(hint.trim()).slice(0, LONGEST_HINT)}`)
  if (verbose) lines.push(...details(error).map((line) => style.dim(`  ${line}`)))
  return lines
}

/** What is wrong with a manifest, a line each, in the form that editors make links of. */
function problems({ cause }: SluiceError): string[] {
  if (!(cause instanceof ManifestProblems)) return []
  return cause.problems.map((problem) => printable(hideTargets(problemLine(problem)), LONGEST_MESSAGE))
}

/** What to try: what the error says itself, else the advice for its code. */
function hintOf({ hint, code, jobId, cause }: SluiceError, verbose: boolean): string | undefined {
  if (hint !== undefined) return hint
  // With -v the details below hold what the advice would only point to.
  if (verbose && (code === 'E_INTERNAL' || code === 'E_JOB_FAILED')) return undefined
  // The message of a failed job is one line of what the engine said, which may be all of it.
  if (code === 'E_JOB_FAILED' && !(cause instanceof Error && cause.message.trim().includes('\n')))
    return undefined
  return adviceFor(code, jobId)
}

/** With `-v`: what the code means, where a bug is, and all that the engine said about a failed query. */
function details({ code, exitCode, retryable, cause }: SluiceError): string[] {
  const { meaning } = ERROR_TABLE[code]
  const means = `${code}: ${meaning}; exit code ${exitCode}${retryable ? ', and the same run may well succeed' : ''}`
  if (!(cause instanceof Error)) return [means]
  if (code === 'E_INTERNAL') return [means, ...printableLines(cause.stack ?? '').split('\n')]
  return code === 'E_JOB_FAILED' ? [means, ...printableLines(cause.message).trimEnd().split('\n')] : [means]
}

/**
 * Anything thrown as the `SluiceError` that the command ends with; a run that was stopped ends with the
 * reason. `command` is what was typed of the command's name, for a wrong use of it, and `mistake` a hint for too many
 * arguments.
 */
export function toSluiceError(
  error: unknown,
  signal: AbortSignal,
  command = '',
  mistake?: string,
): SluiceError {
  return error instanceof CommanderError ? usageError(error, command, mistake) : asSluiceError(error, signal)
}

/**
 * commander says "error: unknown option '--frmat'", and on the last line "(Did you mean --format?)", which becomes the
 * hint. An argument that it quotes may have any lines of its own, which stay in the message.
 */
function usageError(error: CommanderError, command: string, mistake: string | undefined): SluiceError {
  const [, message = '', suggested] =
    /^(.*?)(?:\n(\(Did you mean [^\n]*\?\)))?$/s.exec(error.message.replace(/^error: /, '')) ?? []
  // What comes after the =, or right behind a letter, may be a secret.
  const named = message
    .replace(/^(unknown option '(?:--[\w-]+(?==)|-\w)).*'$/s, "$1'")
    // A suggestion is a question already.
    .replace(/\?\.$/, '?')
  const [, wrong, choices] = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(named) ?? []
  const meant = wrong === undefined ? '' : suggestion(wrong, choices!.split(', ')).replace('; ', '')
  const isSplitSql = /^too many arguments for '(?:query|issue)'/.test(named)
  const unquoted = isSplitSql ? "; SQL is one argument, in quotes: 'select 1'" : ''
  return new SluiceError('E_USAGE', named, {
    cause: error,
    hint:
      (/^too many arguments/.test(named) ? mistake : undefined) ??
      suggested?.replace(/^\(D(.*)\)$/, 'd$1') ??
      (meant || undefined) ??
      `td-sluice ${command}--help shows ${command ? 'its' : 'the'} options${unquoted}`,
  })
}
