import { Option } from 'commander'
import { printableJson } from '../../client/printable.js'
import type { Session } from '../session.js'
import { type Style, styleFor } from '../terminal/style.js'

export interface PrintOptions {
  format?: 'text' | 'json'
}

/** How a command that answers a question prints the answer. */
export function printFormat(): Option {
  return new Option('-f, --format <format>', 'how the answer is printed')
    .choices(['text', 'json'])
    .default('text')
    .helpGroup('Answer:')
}

/** Prints `value` as JSON, or the lines that `text` makes of it, on stdout. */
export function print<T>(
  value: T,
  options: PrintOptions,
  { context, general, reporter }: Session,
  text: (value: T, style: Style, columns: number) => readonly string[],
): void {
  const style = styleFor(context.stdoutIsTerminal, context.env, general.color)
  // In a pipe nothing is cut.
  const columns = context.stdoutIsTerminal ? context.columns() : Number.POSITIVE_INFINITY
  const lines =
    options.format === 'json' ? [printableJson(JSON.stringify(value, null, 2))] : text(value, style, columns)
  reporter.stop()
  context.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
