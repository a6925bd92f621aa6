import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ioError } from '../errors.js'
import type { Context } from './context.js'

/** Writes a report where `--report` says, if it does. Throws `E_IO`. */
export async function saveReport(file: string | undefined, report: object, { cwd }: Context): Promise<void> {
  if (file === undefined) return
  try {
    await writeFile(resolve(cwd, file), `${JSON.stringify(report, null, 2)}\n`)
  } catch (error) {
    throw ioError(error, `the report ${file}`)
  }
}
