import { finished } from 'node:stream/promises'
import { printableJson } from '../client/printable.js'
import { reworded, SluiceError } from '../errors.js'
import { type Target, targetOf } from '../sinks/targets/index.js'
import type { Context } from './context.js'

/**
 * Prepares the file that `--report` names, so that a run whose report could not be written does not start. Returns the
 * function that writes the report, whole or not at all; without `--report` that does nothing.
 *
 * @throws SluiceError as `Target.prepare`.
 */
export async function prepareReport(
  file: string | undefined,
  context: Context,
): Promise<(report: object) => Promise<void>> {
  if (file === undefined) return async () => {}
  const write = await prepareText(targetOf(file, context), `the report ${file}`)
  return (report) => write(`${printableJson(JSON.stringify(report, null, 2))}\n`)
}

/**
 * Where the report goes of a command whose answer it is: to stdout.
 *
 * @throws SluiceError `E_USAGE` when the options name a file for it as well.
 */
export function reportOnStdout({ report = '-' }: { readonly report?: string }): string {
  if (report === '-') return report
  throw new SluiceError('E_USAGE', '--json prints the report, and --report writes it into a file', {
    hint: 'give one of the two',
  })
}

/**
 * Prepares a place for a small text. Returns the function that writes it, whole or not at all.
 *
 * @param what what messages call the place
 * @throws SluiceError as `Target.prepare`.
 */
export async function prepareText(target: Target, what: string): Promise<(text: string) => Promise<void>> {
  const ofPlace = (error: unknown): never => {
    if (!(error instanceof SluiceError)) throw error
    throw reworded(error, { message: `${what}: ${error.message}` })
  }
  await target.prepare().catch(ofPlace)
  return (text) => write(target, text).catch(ofPlace)
}

async function write(target: Target, text: string): Promise<void> {
  const output = await target.open()
  try {
    output.writable.end(text)
    await finished(output.writable)
    await output.commit()
  } catch (error) {
    await output.discard()
    throw error
  }
}
