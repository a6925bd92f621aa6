// Inflates gzip: RFC 1951 and 1952, written from them. Input may end at any byte, and so may the room for output.
//
//   rings.ts     input and output, shared by threads   stream.ts    step by step
//   member.ts    header and trailer of a member        blocks.ts    beginnings of blocks, stored blocks
//   tables.ts    codes as tables of two levels         fast.ts      the hot loop
//   careful.ts   near the ends of input and output     bits.ts      bits, outside of the hot loop
//   crc.ts       the checksum, in vectors              state.ts     all that is known of a stream
//   layout.ts    what is where in the memory
//
// The memory is shared. One instance of the module calls `open` once and `reset` for each stream, puts input in and takes
// output out. Either it also calls `step`, or a second instance on another thread calls `work`: all that is known of a
// stream is in the memory, so the second can take over from the first between two steps.
//
// The loader is src/kernel/inflater.ts.

import { openCrc } from './crc'
import { openShuffles } from './fast'
import { assertLayout } from './layout'
import { openRings } from './rings'
import { Failure, S } from './state'
import { openStream } from './stream'
import { openSymbols } from './tables'

export {
  endInput,
  freeOutput,
  inputAt,
  inputRoom,
  isBusy,
  outputAt,
  outputLength,
  putInput,
  setWaits,
  status,
  step,
  stop,
  work,
} from './rings'

/** Makes what all streams need. */
export function open(): void {
  assertLayout()
  openCrc()
  openSymbols()
  openShuffles()
}

/** Begins a stream. No other thread may be at work. */
export function reset(): void {
  openStream()
  openRings()
}

export function failure(): Failure {
  return S.failure
}
