import { printableJson } from '../../client/printable.js'
import { type AnswerOptions, wantsJson } from '../options/answer.js'
import type { Session } from '../session.js'
import { type Style, styleFor } from '../terminal/style.js'

/**
 * Prints what `json` makes of `value` where the options ask for JSON, or else the lines that `text` makes of it, on stdout.
 */
export function print<T>(
  value: T,
  options: AnswerOptions,
  session: Session,
  text: (value: T, style: Style, columns: number) => readonly string[],
  json: (value: T) => unknown = (value) => value,
): void {
  const { context, general } = session
  if (wantsJson(options)) {
    printJson(json(value), session)
    return
  }
  const style = styleFor(context.stdoutIsTerminal, context.env, general.color)
  // In a pipe nothing is cut.
  const columns = context.stdoutIsTerminal ? context.columns() : Number.POSITIVE_INFINITY
  printLines(text(value, style, columns), session)
}

/** Prints one JSON document on stdout. */
export function printJson(value: unknown, session: Session): void {
  printLines([printableJson(JSON.stringify(value, null, 2))], session)
}

/** Prints lines on stdout. */
export function printLines(lines: readonly string[], { context, reporter }: Session): void {
  reporter.stop()
  context.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
