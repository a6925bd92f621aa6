import { setFlagsFromString } from 'node:v8'

/**
 * How V8 is to work for a command. Set at the start where compiled code is kept, because that is of use under the same flags
 * only; setting them again changes nothing.
 */
const FLAGS = [
  // The parser of HTTP is one function so large that one reply has it optimized, which takes a fifth of a second of a
  // processor at the end of each request. The kernel still gets there within its first megabytes.
  '--wasm-tiering-budget=10000000',
  // Returns collected memory at once; the thread that would do it later takes long on a busy machine.
  '--no-concurrent-array-buffer-sweeping',
  // A young generation that grows is collected less often.
  '--semi-space-growth-factor=1',
  '--expose-gc',
]

export function setEngineFlags(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
}
