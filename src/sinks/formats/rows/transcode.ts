import { Buffer, isAscii } from 'node:buffer'
import { SluiceError } from '../../../errors.js'
import { createEncoder, type RowEncoder } from '../../../kernel/encoder.js'
import { isUtf16, type LegacyEncoding } from '../../../model/encodings.js'
import { delimiterOf, FORMAT_OPTIONS } from '../../../model/formats.js'
import type { CsvOptions, EncodeSpec, OutputEncoding } from '../../../model/option-types.js'
import { withDefaults } from '../../../model/option-values.js'
import type { Plan } from '../../../model/plan.js'
import { CellPosition } from './cell-position.js'
import { type CodeTable, codeTable } from './code-table.js'

/**
 * An encoder of the format and of the characters: the kernel's, whose UTF-8 is then written in the encoding that the options
 * want. Throws as `createEncoder` does, `E_UNSUPPORTED` for an encoding that this Node lacks, and while it works `E_TYPE`
 * for a character that the encoding lacks.
 */
export function createRowEncoder(spec: EncodeSpec, plan: Plan): RowEncoder {
  const { outputEncoding = 'utf-8', unmappable } = withDefaults(spec.format, spec)
  if (outputEncoding === 'utf-8') return createEncoder(spec, plan)
  // Without the mark nothing tells UTF-16 from other bytes, so it is left out only where that is asked for.
  const bom = (spec as { bom?: boolean }).bom ?? isUtf16(outputEncoding)
  const inner = createEncoder({ ...spec, bom } as EncodeSpec, plan)
  const isCsv = spec.format === 'csv'
  const { delimiter = FORMAT_OPTIONS.delimiter.default } = spec as CsvOptions
  return new Transcoder(inner, outputEncoding, unmappable === 'replace', {
    names: plan.columns.map(({ name }) => name),
    start: new CellPosition(Buffer.from(isCsv ? delimiterOf(delimiter) : '\t'), isCsv),
  })
}

/** Facts that messages need to name a place in the text. */
interface Layout {
  /** Of the columns. */
  readonly names: readonly string[]
  /** The beginning of the text. */
  readonly start: CellPosition
}

const NOTHING = Buffer.alloc(0)
const QUESTION_MARK = 0x3f

/** Writes what another encoder makes, UTF-8 in pieces of any length, in another encoding. */
export class Transcoder implements RowEncoder {
  readonly #inner: RowEncoder
  readonly #encoding: OutputEncoding
  readonly #table: CodeTable | undefined
  readonly #replaces: boolean
  readonly #layout: Layout
  /** The beginning of a character that the next piece goes on with. */
  #rest: Buffer = NOTHING
  /** Rows before the piece in hand, for messages; of the header -1. */
  #rowsBefore = -1
  /** Where the piece in hand begins: inside a row only if that is longer than a piece. */
  #position: CellPosition
  #replaced = 0

  constructor(
    inner: RowEncoder,
    encoding: Exclude<OutputEncoding, 'utf-8'>,
    replaces: boolean,
    layout: Layout,
  ) {
    this.#inner = inner
    this.#encoding = encoding
    this.#table = isUtf16(encoding) ? undefined : codeTable(encoding as LegacyEncoding)
    this.#replaces = replaces
    this.#layout = layout
    this.#position = layout.start
  }

  get rows(): number {
    return this.#inner.rows
  }

  get replacedTexts(): number {
    return this.#inner.replacedTexts
  }

  get replacedCharacters(): number {
    return this.#replaced
  }

  /** At most: UTF-16 takes two bytes for what is one in UTF-8, no other encoding takes more. */
  get heldBytes(): number {
    return 2 * this.#inner.heldBytes
  }

  get done(): boolean {
    return this.#inner.done
  }

  begin(): Uint8Array {
    const header = this.#encode(this.#inner.begin())
    this.#rowsBefore = 0
    this.#position = this.#layout.start
    return header
  }

  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    for (const piece of this.#inner.push(chunk)) {
      const encoded = this.#encode(piece)
      this.#inner.recycle(piece)
      yield encoded
    }
  }

  /** Pieces here are made afresh. */
  recycle(): void {}

  release(): void {
    this.#inner.release()
  }

  end(): Uint8Array {
    return this.#encode(this.#inner.end())
  }

  #encode(piece: Uint8Array): Uint8Array {
    const joined =
      this.#rest.length === 0
        ? Buffer.from(piece.buffer, piece.byteOffset, piece.length)
        : Buffer.concat([this.#rest, piece])
    const whole = wholeCharacters(joined)
    this.#rest = Buffer.from(joined.subarray(whole))
    const input = joined.subarray(0, whole)
    if (this.#table !== undefined) {
      const output = this.#lookUp(input, this.#table)
      this.#follow(input)
      return output
    }
    const units = Buffer.from(input.toString(), 'utf16le')
    return this.#encoding === 'utf-16be' ? units.swap16() : units
  }

  /** The encoder ends pieces with a row, save for one that fills the piece alone. */
  #follow(input: Buffer): void {
    const { rows } = this.#inner
    if (rows !== this.#rowsBefore) this.#position = this.#layout.start
    else {
      this.#position = this.#position.copy()
      this.#position.read(input)
    }
    this.#rowsBefore = rows
  }

  #lookUp(input: Buffer, table: CodeTable): Uint8Array {
    // All encodings here have ASCII as it is; the piece itself is written over later.
    if (isAscii(input)) return Buffer.from(input)
    // No character takes more bytes there than in UTF-8.
    const output = Buffer.allocUnsafeSlow(input.length)
    const end = input.length
    let at = 0
    let to = 0
    while (at < end) {
      const first = input[at]!
      if (first < 0x80) {
        output[to++] = first
        at++
        continue
      }
      const begin = at
      let code = 0
      if (first < 0xe0) {
        code = table[((first & 0x1f) << 6) | (input[at + 1]! & 0x3f)]!
        at += 2
      } else if (first < 0xf0) {
        code = table[((first & 0x0f) << 12) | ((input[at + 1]! & 0x3f) << 6) | (input[at + 2]! & 0x3f)]!
        at += 3
      } else {
        // Beyond 16 bits none of these encodings has any.
        at += 4
      }
      if (code === 0) {
        if (!this.#replaces) throw this.#refusal(input, begin, at)
        this.#replaced++
        code = QUESTION_MARK
      }
      if (code > 0xff) output[to++] = code >> 8
      output[to++] = code & 0xff
    }
    return output.subarray(0, to)
  }

  #refusal(input: Buffer, begin: number, end: number): SluiceError {
    const character = input.subarray(begin, end).toString()
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    const position = this.#position.copy()
    position.read(input.subarray(0, begin))
    const { rows, cells } = position
    const row = this.#rowsBefore < 0 ? 'the header' : `row ${this.#rowsBefore + rows + 1}`
    const where = `${row}, column ${JSON.stringify(this.#layout.names[cells])}`
    return new SluiceError(
      'E_TYPE',
      `${where}: ${this.#encoding} has no ${JSON.stringify(character)} (U+${code})`,
      {
        hint: 'write ? for such characters with --unmappable replace, or choose an encoding that has it, such as utf-8',
      },
    )
  }
}

/** How many bytes there are before a character that is not complete. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
