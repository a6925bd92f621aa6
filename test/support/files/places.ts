import { type SpawnOptions, spawnSync } from 'node:child_process'
import { type Ended, run } from './child.js'

const isRoot = process.getuid?.() === 0

function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}

/** Why nothing can be mounted here, as tap's `skip` wants it. */
export const noMounts =
  (!isRoot && 'only root can mount here') ||
  (spawnSync('unshare', ['-m', 'true']).status !== 0 && 'there are no mount namespaces here')

/** Why there is no file system here that refuses what it is told to refuse. */
export const noBindfs = noMounts || (!has('bindfs') && 'bindfs is not installed')

/** Why there is no file system without hard links here. */
export const noExfat =
  noMounts ||
  ((!has('mkfs.exfat') || !has('mount.exfat-fuse') || !has('losetup')) &&
    'exfatprogs, exfat-fuse or losetup is not installed')

/** Why no folder can be made append-only here, and no file immutable. */
export const noAppendOnly =
  spawnSync('sh', ['-c', 'd=$(mktemp -d -p .) && chattr +a $d && chattr -a $d; c=$?; rmdir $d; exit $c'])
    .status !== 0 && 'attributes of files cannot be set here'

/** Runs a command in a mount namespace of its own, after a shell line that mounts something; `after` follows it. */
export function runMounted(
  mounting: string,
  command: readonly string[],
  after = 'true',
  options?: SpawnOptions,
): Promise<Ended> {
  const line = `${mounting} || exit 99; "$@"; code=$?; ${after}; exit $code`
  return run(['unshare', '-m', 'sh', '-c', line, 'sh', ...command], options)
}
