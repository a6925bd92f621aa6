import {
  type Destination,
  type OpenOutputOptions,
  type Output,
  type OutputChecks,
  targetOf,
} from '../../../src/sinks/targets/index.js'

/** Opens the output that a destination names; what is wrong with the destination rejects as well. */
export async function openOutput(destination: Destination, options?: OpenOutputOptions): Promise<Output> {
  return targetOf(destination).open(options)
}

/** Prepares the output that a destination names. */
export async function checkOutput(destination: Destination, checks?: OutputChecks): Promise<void> {
  return targetOf(destination).prepare(checks)
}
