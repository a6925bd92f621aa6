import { spawnSync } from 'node:child_process'

/** Why a part of the system cannot be made another one here, as tap's `skip` wants it. */
export const noUnshare = (flags: string) =>
  spawnSync('unshare', [flags, 'true']).status !== 0 && `unshare ${flags} is not there, or not allowed`
