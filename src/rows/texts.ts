import { Buffer, isUtf8 } from 'node:buffer'
import { losslessText } from './lossless-text.js'

/** Texts of 4 to 128 bytes are remembered: the texts that repeat in results, names, codes, user agents, are shorter. */
const LONGEST = 128
const WORDS = LONGEST / 4
const SLOTS = 1024
/** A hash has 32 bits; its highest ones are the slot. */
const SLOT_SHIFT = 22

/** A column whose texts were new 256 times more often than known is no longer looked up… */
const MOST_MISSES = 256
/** …for this many texts. */
const PAUSE = 16_384

/**
 * ASCII texts are cut out of a text of 4 KiB, which costs a fifth of making each. V8 keeps the whole window
 * for a piece of more than 12 characters, so a program that keeps one short text of each window keeps 4 KiB for it.
 */
const WINDOW = 4096

/** `toString` without its checks: every Buffer of Node has these methods, but its documentation and types omit them. */
type Slices = Buffer & {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

/** How well remembering works for one column. */
export class Repetition {
  misses = 0
  pause = 0
}

/**
 * Makes texts of UTF-8. One that was made before is found by its bytes and returned again: no copy is made, and none
 * is kept alive. The number of texts remembered is fixed.
 */
export class TextReader {
  /** Texts that were not UTF-8 so far. */
  replaced = 0
  readonly #texts: string[] = new Array(SLOTS).fill('')
  readonly #lengths = new Uint8Array(SLOTS)
  readonly #words = new Int32Array(SLOTS * WORDS)
  #bytes = Buffer.alloc(0) as Buffer as Slices
  #view: DataView = new DataView(new ArrayBuffer(0))
  #window = ''
  #windowAt = 0
  #windowEnd = 0
  readonly #keepsInvalid: boolean

  /** @param keepsInvalid whether invalid UTF-8 is kept apart, by {@link losslessText} */
  constructor(keepsInvalid = false) {
    this.#keepsInvalid = keepsInvalid
  }

  /** The bytes that `read` reads from now on. */
  open(bytes: Buffer, view: DataView): void {
    this.#bytes = bytes as Slices
    this.#view = view
    this.#windowEnd = 0
  }

  /** The text of `length` bytes from `at`, further on than the last one. Invalid UTF-8 becomes U+FFFD, unless it is kept. */
  read(at: number, length: number, repetition: Repetition): string {
    if (length < 4 || length > LONGEST) return this.#make(at, at + length)
    if (repetition.pause > 0) {
      repetition.pause--
      return this.#make(at, at + length)
    }
    const slot = this.#slotOf(at, length)
    if (this.#lengths[slot] === length && this.#holds(slot, at, length)) {
      if (repetition.misses > 0) repetition.misses--
      return this.#texts[slot]!
    }
    if (++repetition.misses > MOST_MISSES) {
      repetition.misses = 0
      repetition.pause = PAUSE
    }
    const { replaced } = this
    const text = this.#make(at, at + length)
    // Text that is not UTF-8 has to be counted each time.
    if (this.replaced === replaced) this.#keep(slot, at, length, text)
    return text
  }

  /** From length, first, last and middle word. What else differs is seen when the texts are compared. */
  #slotOf(at: number, length: number): number {
    const view = this.#view
    let hash = Math.imul(length ^ view.getInt32(at + length - 4, true), 0x9e3779b1)
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b)
    hash ^= view.getInt32(at + (length >> 1) - 2, true)
    return Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) >>> SLOT_SHIFT
  }

  #holds(slot: number, at: number, length: number): boolean {
    const view = this.#view
    const words = this.#words
    let word = slot * WORDS
    const last = at + length - 4
    for (let i = at; i < last; i += 4) if (words[word++] !== view.getInt32(i, true)) return false
    return words[word] === view.getInt32(last, true)
  }

  #keep(slot: number, at: number, length: number, text: string): void {
    const view = this.#view
    let word = slot * WORDS
    const last = at + length - 4
    for (let i = at; i < last; i += 4) this.#words[word++] = view.getInt32(i, true)
    this.#words[word] = view.getInt32(last, true)
    this.#lengths[slot] = length
    this.#texts[slot] = text
  }

  #make(at: number, end: number): string {
    if (!this.#isAscii(at, end)) return this.#repair(at, end)
    if (end - at > WINDOW) return this.#bytes.latin1Slice(at, end)
    if (end > this.#windowEnd) {
      this.#windowAt = at
      this.#windowEnd = Math.min(at + WINDOW, this.#bytes.length)
      this.#window = this.#bytes.latin1Slice(at, this.#windowEnd)
    }
    return this.#window.slice(at - this.#windowAt, end - this.#windowAt)
  }

  #repair(at: number, end: number): string {
    const text = this.#bytes.utf8Slice(at, end)
    // U+FFFD may have been there before.
    if (!text.includes('\ufffd') || isUtf8(this.#bytes.subarray(at, end))) return text
    if (this.#keepsInvalid) return losslessText(this.#bytes.subarray(at, end))
    this.replaced++
    return text
  }

  #isAscii(at: number, end: number): boolean {
    const view = this.#view
    const last = end - 4
    let all = 0
    if (last >= at) {
      for (let i = at; i < last; i += 4) all |= view.getInt32(i, true)
      all |= view.getInt32(last, true)
    } else {
      for (let i = at; i < end; i++) all |= this.#bytes[i]!
    }
    return (all & 0x80808080) === 0
  }
}
