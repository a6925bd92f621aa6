import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { SluiceError } from '../errors.js'
import { instantiate } from './module.js'
import { INFLATE_FAILED, INFLATE_STATUS, nameOf } from './numbers.js'

/** As in module.ts; here, so that only what inflates carries it. */
declare const INFLATE_WASM: string | undefined

/** Exports of the module; each is explained in assembly/inflate/index.ts. Addresses and lengths are bytes. */
interface InflateExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  open(): void
  reset(): void
  inputAt(): number
  inputCapacity(): number
  feed(bytes: number): void
  inflate(room: number): number
  outputAt(): number
  outputLength(): number
  isComplete(): number
  failure(): number
}

let spare: InflateExports | undefined

/**
 * Inflates one stream of gzip: members of RFC 1952, after which only NUL bytes may follow. It works on the thread that
 * calls it, and its memory does not grow.
 */
export class Inflater {
  readonly #kernel: InflateExports
  readonly #memory: Uint8Array
  #isEmpty = true
  #closed = false

  /** @throws SluiceError `E_UNSUPPORTED` where there is no address space for its memory. */
  constructor() {
    this.#kernel = spare ?? newInstance()
    spare = undefined
    this.#kernel.reset()
    this.#memory = new Uint8Array(this.#kernel.memory.buffer)
  }

  /**
   * Takes a chunk of input and yields what comes of it, in pieces of at most 1 MiB. A piece is a view into memory that is
   * written over when the next one is asked for. What was inflated of a piece before damage is found is not yielded, so
   * that no user takes damage for wrong rows.
   *
   * @param room the most bytes of a piece
   * @throws SluiceError `E_GZIP` for damage, `E_TRAILING_DATA` for anything but members and padding; after that the
   *   inflater is dead.
   */
  *feed(chunk: Uint8Array, room = Number.POSITIVE_INFINITY): Generator<Uint8Array, void, void> {
    const kernel = this.#kernel
    const capacity = kernel.inputCapacity()
    for (let at = 0; at < chunk.length; at += capacity) {
      const window = chunk.subarray(at, at + capacity)
      this.#isEmpty = false
      this.#memory.set(window, kernel.inputAt())
      kernel.feed(window.length)
      let status: number
      do {
        status = kernel.inflate(Math.min(room, 0x7fff_ffff))
        if (status === INFLATE_STATUS.failed) throw failure(kernel.failure())
        const [begin, bytes] = [kernel.outputAt(), kernel.outputLength()]
        if (bytes > 0) yield this.#memory.subarray(begin, begin + bytes)
      } while (status === INFLATE_STATUS.full)
    }
  }

  /** To be called behind the last chunk. @throws SluiceError `E_GZIP_TRUNCATED` when a member is not whole, or none was there. */
  end(): void {
    if (this.#kernel.isComplete() === 0) throw gzipError.truncated(this.#isEmpty)
  }

  /** Leaves the memory to the next inflater, which else takes a millisecond to be made. Nothing else may be called then. */
  close(): void {
    if (!this.#closed) spare = this.#kernel
    this.#closed = true
  }
}

function newInstance(): InflateExports {
  const bytes = () =>
    typeof INFLATE_WASM === 'string'
      ? Buffer.from(INFLATE_WASM, 'base64')
      : readFileSync(new URL('inflate.wasm', import.meta.url))
  const kernel = instantiate<InflateExports>('inflate', bytes, {})
  kernel.open()
  return kernel
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

/** Errors of gzip data, the same for each inflater. */
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
