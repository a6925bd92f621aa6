import { Decompress } from 'fzstd'
import { asSluiceError } from '../../abort.js'
import { messageOf, SluiceError } from '../../errors.js'
import { Xxh64 } from '../../xxh64.js'

// Numbers of https://datatracker.ietf.org/doc/html/rfc8878

const FRAME_MAGIC = 0xfd2fb528
/** The lowest of the sixteen magic numbers of frames that are to be skipped. */
const SKIPPED_MAGIC = 0x184d2a50

/** What the command `zstd` unpacks without being asked for more: a frame may name gigabytes, which are taken at once. */
const MOST_WINDOW = 128 * 1024 * 1024

/** A frame as its first bytes describe it. */
interface FrameHeader {
  readonly bytes: Uint8Array
  readonly hasChecksum: boolean
}

/**
 * Unpacks frames of zstd one block at a time, and compares their checksums, which the package does not look at.
 *
 * @throws SluiceError `E_GZIP` for damage, `E_GZIP_TRUNCATED` for a cut, `E_UNSUPPORTED` for a frame that needs more memory.
 */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const packed = new Packed(chunks, name)
  if (await packed.isAtEnd()) throw new SluiceError('E_GZIP_TRUNCATED', `${name}: the zstd data is empty`)
  while (!(await packed.isAtEnd())) {
    const magic = await packed.take(4)
    const number = uint(magic)
    if ((number & ~0xf) >>> 0 === SKIPPED_MAGIC) await packed.skip(uint(await packed.take(4)))
    else if (number === FRAME_MAGIC) yield* unpackedFrame(packed, await frameHeader(packed, magic), name)
    else throw damaged(name, 'something else than a frame follows')
  }
}

async function* unpackedFrame(
  packed: Packed,
  { bytes, hasChecksum }: FrameHeader,
  name: string,
): AsyncGenerator<Uint8Array> {
  let made: Uint8Array[] = []
  const unpacker = new Decompress((chunk) => {
    if (chunk.length > 0) made.push(chunk)
  })
  const push = (piece: Uint8Array, isLast: boolean) => {
    made = []
    try {
      unpacker.push(piece, isLast)
    } catch (error) {
      throw asSluiceError(error, undefined, (cause) => damaged(name, messageOf(cause), cause))
    }
    return made
  }
  const hash = hasChecksum ? new Xxh64() : undefined
  let head = bytes
  for (let isLast = false; !isLast; ) {
    const start = await packed.take(3)
    const about = uint(start)
    isLast = (about & 1) === 1
    const content = await packed.take(blockBytes(about))
    const checksum = isLast && hasChecksum ? await packed.take(4) : new Uint8Array()
    const pieces = push(Buffer.concat([head, start, content, checksum]), isLast)
    head = new Uint8Array()
    for (const piece of pieces) hash?.update(piece)
    if (checksum.length > 0 && hash!.digest().low !== uint(checksum))
      throw damaged(name, 'its checksum is another one')
    yield* pieces
  }
}

/**
 * Unpacks the frames of one page, and compares their checksums.
 *
 * @param length of what they make
 * @throws RangeError for damage, and for another length.
 */
export function unzstdSync(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  let made = 0
  for (let from = 0; from < input.length; ) {
    const { end, isSkipped, hasChecksum } = frameIn(input, from)
    if (!isSkipped) {
      const begin = made
      // The package fills up with zeros where it is told the length of a frame that makes less.
      new Decompress((chunk) => {
        if (chunk.length > length - made) throw new RangeError(`a page has more than ${length} bytes`)
        output.set(chunk, made)
        made += chunk.length
      }).push(input.slice(from, end), true)
      if (hasChecksum && checksumOf(output.subarray(begin, made)) !== uint(input.subarray(end - 4, end)))
        throw new RangeError('the checksum of a frame of zstd is another one')
    }
    from = end
  }
  if (made !== length) throw new RangeError(`a page has ${made} of ${length} bytes`)
  return output
}

function checksumOf(content: Uint8Array): number {
  const hash = new Xxh64()
  hash.update(content)
  return hash.digest().low
}

/** Where a frame ends that begins at `from`. */
function frameIn(input: Uint8Array, from: number) {
  const number = (at: number, bytes: number): number => {
    if (at + bytes > input.length) throw new RangeError('a frame of zstd is cut')
    return uint(input.subarray(at, at + bytes))
  }
  const magic = number(from, 4)
  if ((magic & ~0xf) >>> 0 === SKIPPED_MAGIC) {
    const end = from + 8 + number(from + 4, 4)
    return { end, isSkipped: true, hasChecksum: false }
  }
  if (magic !== FRAME_MAGIC) throw new RangeError('something else than a frame of zstd follows')
  const { window, dictionary, size, hasChecksum } = partsOf(number(from + 4, 1))
  let end = from + 5 + window + dictionary + size
  const needed = window === 1 ? windowBytes(number(from + 5, 1)) : number(end - size, size)
  if (needed > MOST_WINDOW) throw new RangeError(`a frame of zstd needs ${needed} bytes of memory`)
  for (let isLast = false; !isLast; ) {
    const about = number(end, 3)
    isLast = (about & 1) === 1
    end += 3 + blockBytes(about)
  }
  // Also tells whether the last block is there.
  end += hasChecksum ? 4 : 0
  number(end - 1, 1)
  return { end, isSkipped: false, hasChecksum }
}

/** The lengths of the parts of a header behind the byte that describes it. */
function partsOf(flags: number) {
  const isSingle = (flags & 0x20) !== 0
  return {
    window: isSingle ? 0 : 1,
    dictionary: [0, 1, 2, 4][flags & 3]!,
    size: [isSingle ? 1 : 0, 2, 4, 8][flags >>> 6]!,
    hasChecksum: (flags & 4) !== 0,
  }
}

function windowBytes(least: number): number {
  const base = 2 ** (10 + (least >>> 3))
  return base + (base / 8) * (least & 7)
}

/** How many bytes follow the header of a block. One of a byte that is repeated has only that. */
function blockBytes(about: number): number {
  return ((about >> 1) & 3) === 1 ? 1 : about >>> 3
}

async function frameHeader(packed: Packed, magic: Uint8Array): Promise<FrameHeader> {
  const descriptor = await packed.take(1)
  const parts = partsOf(descriptor[0]!)
  const { hasChecksum } = parts
  const window = await packed.take(parts.window)
  const dictionary = await packed.take(parts.dictionary)
  const size = await packed.take(parts.size)
  const needed = window.length === 1 ? windowBytes(window[0]!) : uint(size)
  if (needed > MOST_WINDOW)
    throw new SluiceError('E_UNSUPPORTED', `${packed.name}: the zstd data needs ${needed} bytes of memory`, {
      hint: 'unpack it with: zstd -d --long=31',
    })
  const bytes = Buffer.concat([magic, descriptor, window, dictionary, size])
  return { bytes, hasChecksum }
}

/** Bytes of a stream, in pieces of the sizes that are asked for. */
class Packed {
  readonly name: string
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array()

  constructor(chunks: AsyncIterable<Uint8Array>, name: string) {
    this.name = name
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async isAtEnd(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#read())
  }

  /** A copy: the package keeps what it is given. @throws SluiceError `E_GZIP_TRUNCATED` */
  async take(count: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for (let missing = count; missing > 0; ) {
      if (await this.isAtEnd())
        throw new SluiceError('E_GZIP_TRUNCATED', `${this.name}: the zstd data is cut off`)
      const piece = this.#held.subarray(0, missing)
      this.#held = this.#held.subarray(piece.length)
      pieces.push(piece)
      missing -= piece.length
    }
    return Buffer.concat(pieces)
  }

  async skip(count: number): Promise<void> {
    for (let missing = count; missing > 0; ) missing -= (await this.take(Math.min(missing, 65_536))).length
  }

  async #read(): Promise<boolean> {
    while (this.#held.length === 0) {
      const { done, value } = await this.#chunks.next()
      if (done) return false
      this.#held = value
    }
    return true
  }
}

/** An unsigned number of at most 8 bytes, the lowest first. */
function uint(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
}

function damaged(name: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('E_GZIP', `${name}: the zstd data is damaged: ${why}`, { cause })
}
