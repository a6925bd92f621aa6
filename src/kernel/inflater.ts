import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { SluiceError } from '../errors.js'
import { copyAcross } from './copy-across.js'
import { InflateThread } from './inflate-thread.js'
import { type CompiledModule, compile, instantiate, type SharedMemory, sharedMemory } from './module.js'
import { INFLATE_FAILED, INFLATE_STATUS, INFLATE_WAIT, nameOf } from './numbers.js'

/** As in module.ts; here, so that only what inflates carries it. */
declare const INFLATE_WASM: string | undefined

/** What the module exports; each is explained in assembly/inflate/. Addresses and lengths are bytes, and small. */
interface InflateExports {
  open(): void
  reset(): void
  inputAt(): number
  inputRoom(): number
  putInput(bytes: number): void
  endInput(): void
  outputAt(from: number): number
  outputLength(from: number): number
  freeOutput(bytes: number): void
  status(): number
  isBusy(): number
  setWaits(waits: number): void
  stop(): void
  step(most: number): number
  failure(): number
}

/** Pages of its memory, as in assembly/inflate/asconfig.json. */
const PAGES = 44

/** The most bytes that are inflated before they can be taken. */
const STEP = 1024 * 1024

/** The most bytes that are taken at a time: of the ring of 2 MiB the reader may hold half. */
const PIECE = 512 * 1024

interface Instance {
  readonly kernel: InflateExports
  readonly memory: SharedMemory
}

let spare: Instance | undefined

/**
 * Inflates one stream of gzip: members of RFC 1952, after which only NUL bytes may follow. Packed bytes are `put` into a
 * ring; those that come of them are taken from another one, whose memory they keep until they are freed. The work is done
 * by `step`, or once `moveToThread` was called by a thread beside.
 */
export class Inflater {
  readonly #instance: Instance
  readonly #kernel: InflateExports
  readonly #bytes: Uint8Array
  #thread: InflateThread | undefined
  #isOnThread = false
  /** The numbers of the next byte to take, and of the first that is not free, modulo 2^32. */
  #taken = 0
  #freed = 0
  #isEmpty = true
  #isClosed = false

  /** @throws SluiceError `E_UNSUPPORTED` where there is no address space for its memory. */
  constructor() {
    this.#instance = spare ?? newInstance()
    spare = undefined
    this.#kernel = this.#instance.kernel
    this.#kernel.reset()
    this.#bytes = new Uint8Array(this.#instance.memory.buffer)
  }

  /** Takes as much of a chunk as there is room for. Returns how many bytes that is. */
  put(chunk: Uint8Array): number {
    const kernel = this.#kernel
    let at = 0
    while (at < chunk.length) {
      // Where the ring comes to its end there may be more room at its beginning.
      const room = Math.min(kernel.inputRoom(), chunk.length - at)
      if (room === 0) break
      copyAcross(chunk.subarray(at, at + room), this.#bytes, kernel.inputAt())
      kernel.putInput(room)
      at += room
    }
    if (at > 0) this.#isEmpty = false
    return at
  }

  /** No more will be put. */
  endInput(): void {
    this.#kernel.endInput()
  }

  /**
   * Inflates until there is no more input, no more room, or enough output. Returns false when there was nothing to do.
   *
   * @param most bytes of output, 1 MiB at most
   */
  step(most = STEP): boolean {
    return this.#kernel.step(Math.min(most, STEP)) !== 0
  }

  /**
   * The next output there is, at most 512 KiB: a view of the memory, to be freed. What a step has inflated before it found
   * damage is not among it, so that nobody takes damage for wrong rows.
   */
  take(): Buffer | undefined {
    const bytes = Math.min(this.#kernel.outputLength(this.#taken), PIECE)
    if (bytes === 0) return undefined
    const at = this.#kernel.outputAt(this.#taken)
    this.#taken = (this.#taken + bytes) >>> 0
    return Buffer.from(this.#bytes.buffer, at, bytes)
  }

  /** Gives back the first `bytes` bytes of those that were taken. */
  free(bytes: number): void {
    this.#freed = (this.#freed + bytes) >>> 0
    this.#kernel.freeOutput(bytes)
    if (this.#isClosed) this.#leave()
  }

  /**
   * Whether all was inflated and there is nothing left to take.
   *
   * @throws SluiceError when nothing more will come: `E_GZIP` for damage, `E_TRAILING_DATA` for anything but members and
   *   padding, `E_GZIP_TRUNCATED` when a member is not whole, or none was there.
   */
  isOver(): boolean {
    const status = this.#kernel.status()
    if (status === INFLATE_STATUS.running || this.#kernel.outputLength(this.#taken) > 0) return false
    if (status === INFLATE_STATUS.failed) throw failure(this.#kernel.failure())
    if (status === INFLATE_STATUS.truncated) throw gzipError.truncated(this.#isEmpty)
    return true
  }

  /**
   * Starts a thread, which takes the work over when it is there. A thread that cannot start is done without.
   *
   * @param onWake called then, when it cannot start, and whenever something has come that was waited for
   * @param onFailure called when the thread has ended in the middle of its work
   */
  startThread(onWake: () => void, onFailure: (error: Error) => void): void {
    const shared = { module: compiled(), memory: this.#instance.memory }
    try {
      this.#thread = new InflateThread(shared, {
        onReady: () => {
          this.#isOnThread = true
          this.#thread!.begin()
          onWake()
        },
        onWake,
        onFailure: (error) => {
          this.#thread = undefined
          if (!this.#isOnThread) onWake()
          else if (this.#kernel.status() === INFLATE_STATUS.running) onFailure(error)
        },
      })
    } catch {
      // Such as Node's permission model, or a limit of the number of threads.
    }
  }

  /** Whether a thread was started that is not there yet. */
  get isThreadComing(): boolean {
    return this.#thread !== undefined && !this.#isOnThread
  }

  /** Whether a thread does the work: `step` must not be called then. */
  get isOnThread(): boolean {
    return this.#isOnThread
  }

  /**
   * Has the thread tell when there is output or the end, or room for input. Returns false when there is such a thing already.
   * Where output is wanted and will come of what was put, the process goes on until then: it may be the failure.
   */
  waitFor({ output, input }: { output: boolean; input: boolean }): boolean {
    const kernel = this.#kernel
    const isHeld = output && kernel.isBusy() !== 0
    // All of the input may be read without any output.
    kernel.setWaits((output ? INFLATE_WAIT.output : 0) | (input || isHeld ? INFLATE_WAIT.input : 0))
    // Looked at once more: what came before the thread knew of it is not told.
    const hasOutput = kernel.status() !== INFLATE_STATUS.running || kernel.outputLength(this.#taken) > 0
    if ((output && hasOutput) || (input && kernel.inputRoom() > 0)) return false
    this.#thread?.hold(isHeld)
    return true
  }

  /**
   * Ends the thread, and leaves the memory to the next inflater, which else takes a millisecond to be made, as soon as all
   * that was taken is freed. Nothing but `free` may be called then.
   */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#kernel.stop()
    this.#thread?.close()
    this.#leave()
  }

  /** A thread that has been at work may still look at the memory. */
  #leave(): void {
    if (!this.#isOnThread && this.#freed === this.#taken) spare = this.#instance
  }
}

function compiled(): CompiledModule {
  return compile('inflate', () =>
    typeof INFLATE_WASM === 'string'
      ? Buffer.from(INFLATE_WASM, 'base64')
      : readFileSync(new URL('inflate.wasm', import.meta.url)),
  )
}

function newInstance(): Instance {
  const memory = sharedMemory(PAGES)
  const kernel = instantiate<InflateExports>(compiled(), { env: { memory }, host: { wake: () => {} } })
  kernel.open()
  return { kernel, memory }
}

/** In the words of zlib, save for what is told apart. */
const MESSAGES: Record<Exclude<keyof typeof INFLATE_FAILED, 'magic' | 'trailing'>, string> = {
  method: 'unknown compression method',
  flags: 'unknown header flags set',
  headerCrc: 'header crc mismatch',
  blockType: 'invalid block type',
  storedLengths: 'invalid stored block lengths',
  tooManySymbols: 'too many length or distance symbols',
  lengthCodes: 'invalid code lengths set',
  repeatedLength: 'invalid bit length repeat',
  noEndOfBlock: 'invalid code -- missing end-of-block',
  literalLengths: 'invalid literal/lengths set',
  distanceLengths: 'invalid distances set',
  literalCode: 'invalid literal/length code',
  distanceCode: 'invalid distance code',
  tooFar: 'invalid distance too far back',
  crc: 'incorrect data check',
  size: 'incorrect length check',
}

function failure(number: number): SluiceError {
  const name = nameOf(INFLATE_FAILED, number)!
  if (name === 'magic') return gzipError.notGzip()
  return name === 'trailing' ? gzipError.trailing() : gzipError.damaged(MESSAGES[name])
}

/** What can be wrong with gzip data, whoever inflates it. */
export const gzipError = {
  notGzip: (cause?: Error) => new SluiceError('E_GZIP', 'the data is not gzip', caused(cause)),
  /** @param what in the words of zlib */
  damaged: (what: string, cause?: Error) =>
    new SluiceError('E_GZIP', `the gzip data is damaged: ${what}`, caused(cause)),
  truncated: (isEmpty: boolean, cause?: Error) =>
    new SluiceError(
      'E_GZIP_TRUNCATED',
      isEmpty ? 'the data is empty' : 'the gzip data ends too early',
      caused(cause),
    ),
  trailing: () => new SluiceError('E_TRAILING_DATA', 'something that is not gzip follows the gzip data'),
}

function caused(cause: Error | undefined): { cause?: Error } {
  return cause === undefined ? {} : { cause }
}
