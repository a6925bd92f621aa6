import { SluiceError } from '../errors.js'
import { type Compression, FORMAT_NAMES, FORMATS, type Format } from '../model/formats.js'
import { compressionFor, fileFormatNamed, formatOf } from '../sinks/formats/registry.js'
import { type Target, targetOf } from '../sinks/targets/index.js'
import type { Context } from './context.js'
import type { OutputFlags } from './options/output.js'

/** Where the rows of a run go. */
export type RowsDestination =
  | {
      readonly kind: 'output'
      readonly target: Target
      readonly format: Format
      readonly compression: Compression
    }
  /** A few rows for people, on stdout: as a table, or each as lines of names and values. */
  | { readonly kind: 'preview'; readonly target: Target; readonly vertical: boolean }

/** Throws `E_USAGE` for a wrong output, and when neither the extension nor an option names a format. */
export function chooseDestination(options: OutputFlags, context: Context): RowsDestination {
  const named = options.format === undefined ? undefined : fileFormatNamed(options.format)
  const { output, vertical = false } = options
  const target = targetOf(output ?? '-', context)
  if (vertical && (named !== undefined || !target.isStdout)) {
    throw new SluiceError('E_USAGE', '-G shows rows to people, it does not write a file or a format', {
      hint: 'leave out -o and -f, or leave out -G',
    })
  }
  if (vertical) return { kind: 'preview', target, vertical }
  const compression = compressionFor(target.name, named)
  if (!target.isStdout) {
    const format = (named ?? formatOf(target.name))?.format
    if (format !== undefined) return { kind: 'output', target, format, compression }
    throw new SluiceError('E_USAGE', `the name ${target.name} does not tell the format`, {
      hint: `end it with .${FORMAT_NAMES.join(', .')} (and .gz or .zst), or name one with -f`,
    })
  }
  if (output === undefined && named === undefined && context.stdoutIsTerminal)
    return { kind: 'preview', target, vertical }
  const { format } = named ?? { format: 'csv' }
  if ((FORMATS[format].isBinary || compression !== 'none') && context.stdoutIsTerminal) {
    throw new SluiceError('E_USAGE', `${options.format} is binary and this is a terminal`, {
      hint: 'write it into a file with -o FILE, or pipe it somewhere',
    })
  }
  return { kind: 'output', target, format, compression }
}
