import { finished } from 'node:stream/promises'
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
  const target = targetOf(file, context)
  await target.prepare().catch(ofReport(file))
  return (report) => write(target, report).catch(ofReport(file))
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
