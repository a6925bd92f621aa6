import { SluiceError } from '../../errors.js'

const MIB = 1024 * 1024

/** A result of this size or less comes over one connection. */
const SMALL = 32 * MIB
/** With six, td-client-python got results nine times as fast as with one (its pull requests 119 and 120). */
const CONNECTIONS = 6
const MOST = 32
/** All parts that are fetched ahead have room in this, in bytes. */
const WINDOW = 16 * MIB
/** Parts beyond those under way, so that a connection that is done need not wait for the slowest. */
const SPARE = 2

export interface PartPlan {
  /** Requests under way at a time. */
  readonly connections: number
  /** Parts that may be under way or wait to be delivered. */
  readonly ahead: number
  /** Bytes of a part. */
  readonly size: number
}

/**
 * How to part a result of `total` bytes, or undefined where it is not parted. Memory is the same for any number of
 * connections: the more there are, the smaller the parts.
 *
 * Throws `E_USAGE` for a number of connections that is not 1 to 32.
 */
export function planParts(total: number | undefined, connections: number | undefined): PartPlan | undefined {
  if (
    connections !== undefined &&
    !(Number.isInteger(connections) && connections >= 1 && connections <= MOST)
  ) {
    throw new SluiceError('E_USAGE', `connections must be a whole number from 1 to ${MOST}`)
  }
  if (total === undefined) return undefined
  const wanted = connections ?? (total <= SMALL ? 1 : CONNECTIONS)
  if (wanted === 1) return undefined
  const ahead = wanted + SPARE
  const size = Math.floor(WINDOW / ahead)
  return size < total ? { connections: wanted, ahead, size } : undefined
}
