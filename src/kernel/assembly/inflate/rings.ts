// Two rings that two threads share, and what they tell each other: packed bytes on their way in, unpacked ones on their
// way out. One thread puts bytes in and takes them out (src/kernel/inflater.ts); the other inflates, or the same one does.
//
//   bytes in a ring are those from one counter to the other       the thread that inflates changes
//   input    InputTaken .. InputPut                               InputTaken
//   output   OutputFreed .. OutputPut                             OutputPut, Status
//
// Each counter is changed by one thread and read by both, in one order that holds for both (atomics of WebAssembly are
// sequentially consistent). So whoever sees a counter sees the bytes that it counts.

import { INPUT, INPUT_BYTES, OUTPUT_BYTES, OUTPUT_RING, OUTPUT_SLACK, RINGS, RINGS_BYTES } from './layout'
import { S, Step } from './state'
import { feed, inflate, isComplete } from './stream'

/** How the stream is. The loader knows the same numbers. */
const enum Status {
  Running = 0,
  Complete = 1,
  Truncated = 2,
  Failed = 3,
}

/** What a reader can wait for; bits. The loader knows the same numbers. */
const enum Wait {
  /** More output, or the end. */
  Output = 1,
  /** Room for input. */
  Input = 2,
}

// Counters of bytes, modulo 2^32, each in a line of the processor's cache of its own.
const INPUT_PUT: usize = RINGS
const INPUT_TAKEN: usize = RINGS + 64
const OUTPUT_PUT: usize = RINGS + 128
const OUTPUT_FREED: usize = RINGS + 192
/** No more input will come. */
const INPUT_ENDED: usize = RINGS + 256
const STATUS: usize = RINGS + 320
/** Goes up whenever there may be something to do for a thread that sleeps. */
const BELL: usize = RINGS + 384
/** What the reader waits for. */
const WAITS: usize = RINGS + 448
/** The thread that inflates is to stop. */
const STOPPED: usize = RINGS + 512

/** Input is handed back in runs of at most a quarter of the ring, so that the ring is refilled while the rest is read. */
const RUN: u32 = <u32>INPUT_BYTES >> 2
/** The most output of a turn of the thread that inflates: of the ring the reader may hold half. */
const PIECE: u32 = 524288
/** Room for output that is worth a turn; at the end of the ring any is. */
const ROOM: u32 = 65536

/** Tells the reader, on its own thread, that what it waits for has come. */
@external("host", "wake")
declare function wake(): void

export function openRings(): void {
  memory.fill(RINGS, 0, RINGS_BYTES)
}

// For the thread that puts in and takes out.

/** Where the next bytes of input go, and how many without a break. */
export function inputAt(): usize {
  return INPUT + <usize>(atomic.load<u32>(INPUT_PUT) & (<u32>INPUT_BYTES - 1))
}

export function inputRoom(): u32 {
  const put = atomic.load<u32>(INPUT_PUT)
  const free = <u32>INPUT_BYTES - (put - atomic.load<u32>(INPUT_TAKEN))
  return min(free, <u32>INPUT_BYTES - (put & (<u32>INPUT_BYTES - 1)))
}

export function putInput(bytes: u32): void {
  atomic.add<u32>(INPUT_PUT, bytes)
  ring()
}

export function endInput(): void {
  atomic.store<u32>(INPUT_ENDED, 1)
  ring()
}

/** Where the byte of output with the number `from`, modulo 2^32, is, and how many there are from it on without a break. */
export function outputAt(from: u32): usize {
  return OUTPUT_RING + <usize>(from & (<u32>OUTPUT_BYTES - 1))
}

export function outputLength(from: u32): u32 {
  return min(atomic.load<u32>(OUTPUT_PUT) - from, <u32>OUTPUT_BYTES - (from & (<u32>OUTPUT_BYTES - 1)))
}

/** The first `bytes` bytes of the output are not needed any more. */
export function freeOutput(bytes: u32): void {
  atomic.add<u32>(OUTPUT_FREED, bytes)
  ring()
}

/** To be asked before `outputLength`: when the stream is over, all of its output is there. */
export function status(): Status {
  return atomic.load<u32>(STATUS)
}

/** From now on the reader is to be told; it then looks once more, as it may have come in between. */
export function setWaits(waits: Wait): void {
  atomic.store<u32>(WAITS, waits)
}

/** Whether something will come without more input. */
export function isBusy(): bool {
  const isEnded = atomic.load<u32>(INPUT_ENDED) != 0
  return isEnded || atomic.load<u32>(INPUT_PUT) != atomic.load<u32>(INPUT_TAKEN)
}

/** Ends the work of the other thread. */
export function stop(): void {
  atomic.store<u32>(STOPPED, 1)
  ring()
}

function ring(): void {
  atomic.add<u32>(BELL, 1)
  atomic.notify(BELL, 1)
}

// For the thread that inflates.

/** Inflates until the stream is over or `stop` is called, and sleeps where there is nothing to do. */
export function work(): void {
  while (atomic.load<u32>(STOPPED) == 0) {
    const bell = atomic.load<u32>(BELL)
    const come = step(PIECE)
    if (come == 0) {
      if (status() != Status.Running) return
      atomic.wait<u32>(BELL, bell, -1)
    } else if (atomic.load<u32>(WAITS) & come) {
      atomic.store<u32>(WAITS, 0)
      wake()
    }
  }
}

/** Inflates at most `most` bytes, and tells which waits that ended; 0 when there is nothing to do. */
export function step(most: u32): Wait {
  if (status() != Status.Running) return 0
  if (!S.isFull && S.input == S.inputEnd) {
    // Before the look at the input: what comes before the end is there when the end is.
    const isEnded = atomic.load<u32>(INPUT_ENDED) != 0
    const taken = atomic.load<u32>(INPUT_TAKEN)
    const at = taken & (<u32>INPUT_BYTES - 1)
    const bytes = min(min(atomic.load<u32>(INPUT_PUT) - taken, <u32>INPUT_BYTES - at), RUN)
    if (bytes == 0) return isEnded ? end(isComplete() ? Status.Complete : Status.Truncated) : 0
    feed(INPUT + <usize>at, bytes)
  }
  const room = outputRoom()
  if (room == 0) return 0
  const run = <u32>(S.inputEnd - S.inputStart)
  inflate(min(room, most))
  if (S.step == Step.Failed) return end(Status.Failed)
  let come: Wait = 0
  if (run > 0 && S.input == S.inputEnd) {
    S.inputStart = S.inputEnd
    atomic.add<u32>(INPUT_TAKEN, run)
    come |= Wait.Input
  }
  const bytes = <u32>(S.output - S.outputStart)
  if (bytes > 0) {
    atomic.add<u32>(OUTPUT_PUT, bytes)
    come |= Wait.Output
  }
  // The room had ended just where the output did: nothing more came of what was read, and input is looked for.
  return come != 0 ? come : step(most)
}

/** Room without a break. Behind it, bytes are written that do not count, so some are kept before what is still needed. */
function outputRoom(): u32 {
  const put = atomic.load<u32>(OUTPUT_PUT)
  const free = <u32>OUTPUT_BYTES - (put - atomic.load<u32>(OUTPUT_FREED))
  const toEnd = <u32>OUTPUT_BYTES - (put & (<u32>OUTPUT_BYTES - 1))
  if (free >= toEnd) return toEnd
  return free >= ROOM ? free - <u32>OUTPUT_SLACK : 0
}

function end(how: Status): Wait {
  atomic.store<u32>(STATUS, how)
  return Wait.Output | Wait.Input
}
