import { fdatasync, fsync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { ioError, reworded, SluiceError, systemCode } from '../errors.js'

/**
 * Error codes of places that do not support a step: network file systems, FUSE, containers that do not know the owner of
 * a file, and Node's permission model.
 */
const NOT_OFFERED = [
  'EPERM',
  'EACCES',
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'ERR_ACCESS_DENIED',
] as const

interface CommitStep {
  /** Codes of failures that are passed over. The file is complete without a cosmetic step; a vital one has none. */
  readonly forgiven: readonly string[]
  readonly hint?: string
}

/**
 * The steps by which a file becomes final. Vital ones end the run when they fail, cosmetic ones only when the disk is
 * broken: a place that does not offer them can still hold a complete file.
 */
export const COMMIT_STEPS = {
  fsync: { forgiven: [] },
  close: { forgiven: [] },
  rename: {
    forgiven: [],
    hint: 'the folder does not let this file be replaced; write to another folder',
  },
  /** Without hard links another way is taken. */
  link: { forgiven: [...NOT_OFFERED, 'EMLINK'], hint: 'write to another folder, or leave out --no-clobber' },
  chmod: { forgiven: NOT_OFFERED },
  chown: { forgiven: NOT_OFFERED },
  'fsync of the folder': { forgiven: [...NOT_OFFERED, 'EBADF', 'EISDIR'] },
} as const satisfies Record<string, CommitStep>

export type CommitStepName = keyof typeof COMMIT_STEPS

/**
 * Does a step of making `name` final. Returns the code of a failure that is passed over.
 *
 * @throws SluiceError `E_IO` or `E_NO_SPACE` that names the step.
 */
export async function takeStep(
  step: CommitStepName,
  name: string,
  work: () => Promise<unknown>,
): Promise<string | undefined> {
  const { forgiven }: CommitStep = COMMIT_STEPS[step]
  try {
    await work()
    return undefined
  } catch (error) {
    const code = systemCode(error)
    if (code !== undefined && forgiven.includes(code)) return code
    throw stepError(step, error, name)
  }
}

/** A failure of a step as a {@link SluiceError} that names it; one that already is stays as it is. */
export function stepError(step: CommitStepName, error: unknown, name: string): SluiceError {
  if (error instanceof SluiceError) return error
  const { hint }: CommitStep = COMMIT_STEPS[step]
  const failure = ioError(error, name)
  return reworded(failure, { message: `${failure.message} (${step})`, ...(hint !== undefined && { hint }) })
}

/**
 * By its descriptor: the file handles of package managers that replace `node:fs`, such as Yarn's, cannot sync. Node's
 * permission model allows it by a handle only.
 */
export async function syncFile(file: FileHandle): Promise<void> {
  await promisify(fsync)(file.fd).catch(unlessDenied(() => file.sync()))
}

/** As {@link syncFile}, without the times of the file. */
export async function syncData(file: FileHandle): Promise<void> {
  await promisify(fdatasync)(file.fd).catch(unlessDenied(() => file.datasync()))
}

function unlessDenied(otherWay: () => Promise<void>): (error: unknown) => Promise<void> {
  return (error) => {
    if (systemCode(error) !== 'ERR_ACCESS_DENIED') throw error
    return otherWay()
  }
}
