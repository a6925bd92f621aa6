import { SluiceError } from '../../errors.js'

const MIB = 1024 * 1024

/** A result of this size or less comes over one connection. */
const SMALL = 32 * MIB
/** With six, td-client-python got results nine times as fast as with one (its pull requests 119 and 120). */
const CONNECTIONS = 6
const MOST = 32
/** Bytes that may wait for those before them. */
const WINDOW = 6 * MIB
/**
 * Bytes of the parts under way at a time. They end one after the other, so about half of it has come and waits: with
 * parts this large the window is no hindrance, and each is worth its request.
 */
const UNDER_WAY = 12 * MIB

export interface PartPlan {
  /** Requests under way at a time. */
  readonly connections: number
  /** Bytes that may wait to be delivered. */
  readonly window: number
  /** Bytes of a part, but for the first ones; see {@link partSize}. */
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
  const size = Math.floor(UNDER_WAY / wanted)
  return size < total ? { connections: wanted, window: WINDOW, size } : undefined
}

/** Bytes of the part with this number, from 0. The first ones grow, so that not all connections are done at once. */
export function partSize({ connections, size }: PartPlan, index: number): number {
  return Math.floor((size * Math.min(index + 1, connections)) / connections)
}
