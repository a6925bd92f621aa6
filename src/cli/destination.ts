import { resolve } from 'node:path'
import { SluiceError } from '../errors.js'
import { FORMAT_NAMES, FORMATS, type Format } from '../model/formats.js'
import { formatNamed, formatOf } from '../sinks/formats/registry.js'
import type { Context } from './context.js'
import type { OutputFlags } from './options/output.js'

/** Where the rows of a run go. */
export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly format: Format }
  | { readonly kind: 'stdout'; readonly format: Format }
  /** A few rows for people: as a table, or each as lines of names and values. */
  | { readonly kind: 'preview'; readonly vertical: boolean }

/** Throws `E_USAGE` when neither the extension nor an option names a format. */
export function chooseTarget(options: OutputFlags, context: Context): Target {
  const named = options.format === undefined ? undefined : formatNamed(options.format)
  const { output, vertical = false } = options
  if (vertical && (named !== undefined || (output !== undefined && output !== '-'))) {
    throw new SluiceError('E_USAGE', '-G shows rows to people, it does not write a file or a format', {
      hint: 'leave out -o and -f, or leave out -G',
    })
  }
  if (vertical) return { kind: 'preview', vertical }
  if (output !== undefined && output !== '-') {
    const format = named ?? formatOf(output)?.format
    if (format !== undefined) return { kind: 'file', path: resolve(context.cwd, output), format }
    throw new SluiceError('E_USAGE', `the name ${output} does not tell the format`, {
      hint: `end it with .${FORMAT_NAMES.join(', .')} (and .gz or .zst), or name one with -f`,
    })
  }
  if (output === undefined && named === undefined && context.stdoutIsTerminal)
    return { kind: 'preview', vertical }
  const format = named ?? 'csv'
  if (FORMATS[format].isBinary && context.stdoutIsTerminal) {
    throw new SluiceError('E_USAGE', `${format} is binary and this is a terminal`, {
      hint: 'write it into a file with -o FILE, or pipe it somewhere',
    })
  }
  return { kind: 'stdout', format }
}
