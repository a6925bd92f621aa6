import { resolve } from 'node:path'
import { SluiceError } from '../errors.js'
import { opennessNotice, readKeyFile } from '../files/key-file.js'
import { needsKey } from '../transforms/mask.js'
import { MaskKey, maskKeyOf } from '../transforms/mask-key.js'
import type { ShapeOptions } from './options/output.js'
import type { Session } from './session.js'

/**
 * The key of the hashes of masks: from the file, else from the environment. A file that other users can read is told.
 *
 * @throws SluiceError `E_USAGE` for a file that cannot be read, and for one that nothing needs.
 */
export function maskKeyFor(
  { mask = {}, maskKeyFile }: ShapeOptions,
  { context: { cwd, env }, reporter }: Session,
): MaskKey | undefined {
  if (maskKeyFile === undefined) return needsKey(mask) ? maskKeyOf(env) : undefined
  if (!needsKey(mask))
    throw new SluiceError('E_USAGE', '--mask-key-file is for hashes: --mask column=hmac-sha256')
  const path = resolve(cwd, maskKeyFile)
  const key = new MaskKey(readKeyFile(path, maskKeyFile))
  const notice = opennessNotice(path, maskKeyFile)
  if (notice !== undefined) reporter.progress({ type: 'notice', ...notice })
  return key
}
