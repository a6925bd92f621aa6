import type { Destination, OpenOutputOptions, Output, OutputChecks } from './contract.js'
import { openDevice } from './device.js'
import { checkFile, openFile } from './file.js'
import { resolveTarget } from './path.js'
import { assertStdoutOpen, isStdout, openStdout } from './stdout.js'
import { assertWritable, openStream } from './stream.js'

export type { Destination, OpenOutputOptions, Output, OutputChecks } from './contract.js'

/**
 * Opens where the bytes go. A path is written by the commit protocol of `openFile`; a FIFO, a device and stdout take
 * the bytes as they come.
 *
 * @throws SluiceError as {@link checkOutput} does.
 */
export async function openOutput(destination: Destination, options: OpenOutputOptions = {}): Promise<Output> {
  if (isStdout(destination)) return openStdout(options)
  if (typeof destination !== 'string') return openStream(destination, options)
  const target = await resolveTarget(destination)
  if (target.kind === 'device') return openDevice(target, options)
  await checkFile(target, options)
  return openFile(target, options)
}

/**
 * Finds out what would make `openOutput` fail, before anything is done that takes time or money. Leaves no trace.
 *
 * @throws SluiceError `E_USAGE` for a path that names a folder and for a stream that has ended, `E_IO` for a folder
 * that is missing and for what may not be written, `E_EXISTS` for a file that is not to be replaced, `E_LOCKED` when
 * another run is writing it.
 */
export async function checkOutput(destination: Destination, options: OutputChecks = {}): Promise<void> {
  if (isStdout(destination)) return assertStdoutOpen()
  if (typeof destination !== 'string') return assertWritable(destination)
  const target = await resolveTarget(destination)
  if (target.kind === 'file') await checkFile(target, options)
}
