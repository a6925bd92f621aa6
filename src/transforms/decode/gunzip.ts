import { availableParallelism } from 'node:os'
import { Duplex, PassThrough } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { messageOf, SluiceError, systemCode } from '../../errors.js'
import { gzipError } from '../../kernel/inflater.js'
import { Detect, QUEUES, type Stage } from './detect.js'
import { InlineGunzip } from './inline-gunzip.js'
import { release, releaseLarge } from './release.js'

/**
 * With chunks of 1 MiB inflating is more than three times as fast as with Node's 16 KiB, and the thread that inflates
 * is busy for long enough that it need not wait for the encoder beside it.
 */
const CHUNK_SIZE = 1024 * 1024
const ENGINE_OPTIONS = { chunkSize: CHUNK_SIZE, highWaterMark: 256 * 1024 }

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** zlib's errors about the first bytes of a member, before it has seen any of its data. */
const HEADER_ERRORS = new Set([
  'incorrect header check',
  'unknown compression method',
  'unknown header flags set',
])

/**
 * Inflates gzip (RFC 1952): one member or many, after which only NUL bytes may follow. It ends only when every member
 * was whole and its checksum and length held.
 *
 * Its reading side is in object mode, a chunk of up to 1 MiB each: reading never joins chunks into a copy.
 *
 * @throws SluiceError as the stream's error: `E_GZIP_TRUNCATED` for data that ends too early, no data at all included,
 *   `E_TRAILING_DATA` for anything else after a member, `E_GZIP` for damage.
 */
export function gunzip(): Duplex {
  return inflater({})
}

/** Of this many packed bytes at most, zlib's thread costs more than it gives (docs/decisions/own-inflater.md). */
const INLINE_BYTES = 1024 * 1024

/** Facts known about packed bytes before they arrive. */
export interface PackedBytes {
  /** How many there are. */
  readonly expectedBytes?: number | undefined
  /** Whether the memory of their chunks may be taken away once they were read. */
  readonly disposesInput?: boolean | undefined
}

/** Up to how many packed bytes this thread inflates; a test may change it. On one processor a thread brings nothing. */
export const inflating = {
  inlineTo: availableParallelism() > 1 ? INLINE_BYTES : Number.POSITIVE_INFINITY,
}

/**
 * Inflates small data, and any on one processor, by the inflater of our own on this thread, and other data by zlib's thread. zlib
 * does it as well where there is no address space for another WebAssembly memory.
 */
export function inflater({ expectedBytes = Number.POSITIVE_INFINITY, disposesInput }: PackedBytes): Stage {
  if (expectedBytes > inflating.inlineTo) return new StrictGunzip(disposesInput)
  try {
    return new InlineGunzip(disposesInput)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'E_UNSUPPORTED') return new StrictGunzip(disposesInput)
    throw error
  }
}

/**
 * Unpacks what a source says its bytes are. `detect` looks at the first bytes: gzip is inflated, anything else passes
 * as it is, except zstd, which is refused (`E_UNSUPPORTED`): Node 22 takes a cut zstd frame for a whole one.
 */
export function decompress(kind: 'gzip' | 'none' | 'detect', packed: PackedBytes = {}): Stage {
  if (kind === 'gzip') return inflater(packed)
  return kind === 'none' ? plain() : new Detect(ZSTD_MAGIC.length, (head) => stageFor(head, packed))
}

/** Nothing at all is cut gzip rather than a result of no rows: an empty file is what a failed download leaves. */
function stageFor(head: Uint8Array, packed: PackedBytes): Stage {
  if (head.length === 0 || startsWith(head, GZIP_MAGIC)) return inflater(packed)
  if (!startsWith(head, ZSTD_MAGIC)) return plain()
  throw new SluiceError('E_UNSUPPORTED', 'the data is packed with zstd; only gzip can be read', {
    hint: 'unpack it first: zstd -dc FILE | td-sluice convert -',
  })
}

function plain(): Duplex {
  return new PassThrough(QUEUES)
}

function startsWith(data: Uint8Array, prefix: Uint8Array): boolean {
  return Buffer.compare(data.subarray(0, prefix.length), prefix) === 0
}

/**
 * Node's gunzip, made strict. On its own it ends without an error at a NUL after a member, whatever comes next: text,
 * or another member, whose rows would be lost. So what it leaves unread is looked at here.
 */
export class StrictGunzip extends Duplex implements Stage {
  readonly #engine = createGunzip(ENGINE_OPTIONS)
  #head: Uint8Array = new Uint8Array()
  #fed = 0
  #padding = false
  readonly #disposesInput: boolean

  /** @param disposesInput whether the memory of a chunk may be taken away once it was read */
  constructor(disposesInput = false) {
    super(QUEUES)
    this.#disposesInput = disposesInput
    // Data comes in the middle of the engine's callback, before it has its next piece of work. Whatever the reader
    // does with a chunk waits until that is on its way to the thread that inflates, so that both run at once.
    this.#engine.on('data', (chunk) => process.nextTick(() => this.#deliver(chunk)))
    this.#engine.on('error', (error) => this.destroy(this.#failure(error)))
  }

  /** The engine fills a buffer from its start to its end, in one chunk or more; with the last of them it is done with it. */
  recycle({ buffer, byteOffset, byteLength }: Uint8Array): void {
    const isWhole = buffer.byteLength === CHUNK_SIZE && byteOffset + byteLength === CHUNK_SIZE
    if (isWhole && buffer instanceof ArrayBuffer) release(buffer)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#padding) {
      done(paddingError(chunk))
      return
    }
    if (this.#head.length < 4) this.#head = Buffer.concat([this.#head, chunk.subarray(0, 4)])
    this.#fed += chunk.byteLength
    this.#engine.write(chunk, (error) => {
      // The engine's own error event ends this stream.
      if (error) return
      const unread = this.#fed - this.#engine.bytesWritten
      this.#padding = unread > 0
      const failure = this.#padding ? paddingError(chunk.subarray(-unread)) : null
      if (this.#disposesInput) releaseLarge(chunk)
      done(failure)
    })
  }

  override _read(): void {
    this.#engine.resume()
  }

  override _final(done: () => void): void {
    const end = () =>
      process.nextTick(() => {
        this.push(null)
        done()
      })
    if (this.#engine.readableEnded) end()
    else this.#engine.once('end', end)
    if (!this.#padding) this.#engine.end()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#engine.destroy()
    done(error)
  }

  #deliver(chunk: Uint8Array): void {
    if (!this.push(chunk)) this.#engine.pause()
  }

  #failure(cause: Error): SluiceError {
    if (systemCode(cause) === 'Z_BUF_ERROR') return gzipError.truncated(this.#fed === 0, cause)
    if (!startsWith(this.#head, GZIP_MAGIC)) return gzipError.notGzip(cause)
    // RFC 1952, section 2.3: method 8, and no flag above FCOMMENT. If that holds, a later member is meant.
    const [, , method, flags] = this.#head
    if (HEADER_ERRORS.has(cause.message) && method === 8 && flags! < 0x20) return gzipError.trailing()
    return gzipError.damaged(messageOf(cause), cause)
  }
}

/** After the last member there may be NUL padding, and nothing else. */
function paddingError(rest: Uint8Array): SluiceError | null {
  return rest.every((byte) => byte === 0) ? null : gzipError.trailing()
}
