import { finished } from 'node:stream/promises'
import { reworded, SluiceError } from '../errors.js'
import { type Target, targetOf } from '../sinks/targets/index.js'
import type { Context } from './context.js'

/**
 * Prepares the file that `--report` names, so that a run whose report could not be written does not start. Returns the
 * function that writes the report, whole or not at all; without `--report` that does nothing.
 *
 * @param others what the run writes besides, none of which the report may be
 * @throws SluiceError `E_USAGE` for the target of something else, `E_IO` and others as `Target.prepare`.
 */
export async function prepareReport(
  file: string | undefined,
  others: readonly Target[],
  context: Context,
): Promise<(report: object) => Promise<void>> {
  if (file === undefined) return async () => {}
  const target = targetOf(file, context)
  if (others.some((other) => isSame(target, other)))
    throw new SluiceError('E_USAGE', `--report ${file} is where the run writes something else`, {
      hint: 'give the report a file of its own',
    })
  await target.prepare().catch(ofReport(file))
  return (report) => write(target, report).catch(ofReport(file))
}

function isSame(one: Target, other: Target): boolean {
  if (one.isStdout || other.isStdout) return one.isStdout === other.isStdout
  return one.location !== undefined && one.location === other.location
}

async function write(target: Target, report: object): Promise<void> {
  const output = await target.open()
  try {
    output.writable.end(`${JSON.stringify(report, null, 2)}\n`)
    await finished(output.writable)
    await output.commit()
  } catch (error) {
    await output.discard()
    throw error
  }
}

function ofReport(file: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof SluiceError)) throw error
    throw reworded(error, { message: `the report ${file}: ${error.message}` })
  }
}
