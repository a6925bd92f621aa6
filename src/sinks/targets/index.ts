import type { Writable } from 'node:stream'
import { SluiceError } from '../../errors.js'
import { azureTarget } from './azure/index.js'
import type { Surroundings, Target, TargetKind } from './contract.js'
import { pathTarget } from './path.js'
import { sftpTarget } from './sftp/index.js'
import { stdoutTarget } from './stdout.js'
import { storeTarget } from './store/index.js'
import { streamTarget } from './stream.js'
import { urlTarget } from './url.js'
import { type WebWritable, webStreamTarget } from './web-stream.js'

export type {
  OpenOutputOptions,
  Output,
  OutputChecks,
  OutputEncryption,
  StoredObject,
  Surroundings,
  Target,
} from './contract.js'
export type { WebWritable, WebWriter } from './web-stream.js'

/**
 * Anything a sink can write to: a path, `-` (stdout), a `file:` URL, an object of a store (`s3://bucket/key`, `gs://bucket/key`, `az://container/blob`), a file on
 * an SSH server (`sftp://user@host/path`), a Node or web stream, or a target of the program.
 *
 * A stream belongs to the run that its sink is given to: it is ended or closed when the result was complete, and destroyed or
 * aborted with the failure otherwise, also when the run fails before it has written anything.
 */
export type Destination = string | URL | Writable | WebWritable | Target

/** One line for each kind of target. The first that knows a destination has it, and the last one takes any path. */
const KINDS: readonly TargetKind[] = [
  stdoutTarget,
  streamTarget,
  webStreamTarget,
  storeTarget,
  azureTarget,
  sftpTarget,
  urlTarget,
  pathTarget,
]

/**
 * The target that a destination names. No other function reads one.
 *
 * @param around what relative paths and `-` mean; without it, the working folder and the stdout of the process.
 * @throws SluiceError `E_USAGE` when it is no destination, such as an empty path or a URL that nothing here writes to.
 */
export function targetOf(destination: Destination, around?: Partial<Surroundings>): Target {
  if (isTarget(destination)) return destination
  const surroundings: Surroundings = {
    cwd: around?.cwd ?? process.cwd(),
    // Node opens its stdout when it is first asked for.
    get stdout() {
      return around?.stdout ?? process.stdout
    },
  }
  for (const kind of KINDS) {
    const target = kind(destination, surroundings)
    if (target !== undefined) return target
  }
  throw new SluiceError('E_USAGE', `an output is a path, -, a URL or a stream, not ${typeof destination}`)
}

function isTarget(destination: unknown): destination is Target {
  const { prepare, open } = (destination ?? {}) as Partial<Target>
  return typeof prepare === 'function' && typeof open === 'function'
}
