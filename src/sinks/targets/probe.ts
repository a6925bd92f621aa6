import { rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ioError, reworded, SluiceError, systemCode } from '../../errors.js'
import { refusalToReplace } from '../../files/removable.js'
import { createPart, probePath, sweepProbes } from './part.js'
import { type ResolvedFile, unwritable } from './resolve-path.js'

/**
 * Makes a file as long in name as any that a run needs beside `path`, renames it, and removes it again. What `access` says of a
 * folder is not true on many network file systems.
 *
 * @throws SluiceError `E_USAGE` for a name that is too long there, `E_IO` and `E_NO_SPACE` when files cannot be made,
 * renamed or removed.
 */
export async function probeFolder(path: string, name: string): Promise<void> {
  const folder = dirname(path)
  await sweepProbes(path)
  const probe = probePath(path)
  try {
    const handle = await createPart(probe)
    await handle.close()
  } catch (error) {
    if (systemCode(error) === 'ENAMETOOLONG') {
      throw new SluiceError('E_USAGE', `${name}: the name is too long for the folder ${folder}`, {
        cause: error,
        hint: 'the unfinished file beside it has a longer name; choose a shorter one',
      })
    }
    throw unwritable(error, folder)
  }
  const moved = probePath(path)
  let step: 'renamed' | 'removed' = 'renamed'
  try {
    await rename(probe, moved)
    step = 'removed'
    await unlink(moved)
  } catch (error) {
    // A run that just began to work on the same output has swept it.
    if (systemCode(error) === 'ENOENT') return
    const stays = step === 'removed' ? moved : probe
    const isGone =
      step === 'renamed' &&
      (await unlink(probe).then(
        () => true,
        () => false,
      ))
    const failure = ioError(error, `files can be made in the folder ${folder}, but not ${step}`)
    throw reworded(failure, { hint: `write to another folder${isGone ? '' : `, and remove ${stays}`}` })
  }
}

/** @throws SluiceError `E_IO` when the file that is there may be written, but not replaced. */
export function assertReplaceable({ path, name }: ResolvedFile): void {
  const refusal = refusalToReplace(path)
  if (refusal === undefined) return
  throw new SluiceError('E_IO', `${name}: ${refusal}: this user may write the file, but not replace it`, {
    hint: 'in a folder such as /tmp only the owner of a file may replace it; write to another name or folder',
  })
}
