import { Buffer, isUtf8 } from 'node:buffer'

/** A byte that is no UTF-8 becomes this and its value: half of a surrogate pair, which no valid text has. */
const ESCAPE = 0xdc00

/**
 * The text of UTF-8 bytes. Of invalid ones each becomes half of a surrogate pair (U+DC80 to U+DCFF), as in Python's `surrogateescape`
 * (https://peps.python.org/pep-0383/): with U+FFFD, two different texts would be one and the same.
 */
export function losslessText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isUtf8(buffer)) return buffer.toString()
  let text = ''
  let from = 0
  for (let at = 0; at < buffer.length; ) {
    const width = widthOf(buffer[at]!)
    if (width > 0 && at + width <= buffer.length && isUtf8(buffer.subarray(at, at + width))) {
      at += width
      continue
    }
    text += buffer.toString('utf8', from, at) + String.fromCharCode(ESCAPE + buffer[at]!)
    at++
    from = at
  }
  return text + buffer.toString('utf8', from)
}

/** {@link losslessText} of UTF-8 that comes in pieces, without its byte order mark. */
export class LosslessDecoder {
  #rest: Uint8Array = new Uint8Array()
  #isBegun = false

  /** The text of the whole characters so far. */
  push(piece: Uint8Array): string {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    const end = bytes.length - unfinished(bytes)
    // A copy: the memory of the piece may be used again.
    this.#rest = bytes.slice(end)
    return this.#withoutMark(losslessText(bytes.subarray(0, end)))
  }

  end(): string {
    return this.#withoutMark(losslessText(this.#rest))
  }

  #withoutMark(text: string): string {
    if (this.#isBegun || text === '') return text
    this.#isBegun = true
    return text.startsWith('\ufeff') ? text.slice(1) : text
  }
}

/** Bytes of the character that begins with this one; 0 where none does. */
function widthOf(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
}

/** Bytes at the end that begin a character whose others may follow. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return widthOf(byte) > back ? back : 0
  }
  return 0
}
