import { resolve } from 'node:path'
import { SluiceError } from '../errors.js'
import { readKeyFile } from '../files/key-file.js'
import { needsKey } from '../transforms/mask.js'
import { MaskKey, maskKeyOf } from '../transforms/mask-key.js'
import type { Context } from './context.js'
import type { ShapeOptions } from './options/output.js'

/**
 * The key of the hashes of masks: from the file, else from the environment.
 *
 * @throws SluiceError `E_USAGE` for a file that cannot be read, and for one that nothing needs.
 */
export function maskKeyFor(
  { mask = {}, maskKeyFile }: ShapeOptions,
  { cwd, env }: Context,
): MaskKey | undefined {
  if (maskKeyFile === undefined) return needsKey(mask) ? maskKeyOf(env) : undefined
  if (!needsKey(mask))
    throw new SluiceError('E_USAGE', '--mask-key-file is for hashes: --mask column=hmac-sha256')
  return new MaskKey(readKeyFile(resolve(cwd, maskKeyFile), maskKeyFile))
}
