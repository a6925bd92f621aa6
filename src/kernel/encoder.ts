import { Buffer } from 'node:buffer'
import type { EncodeSpec } from '../model/option-types.js'
import { withDefaults } from '../model/option-values.js'
import type { Plan } from '../model/plan.js'
import { TokenWriter } from '../rows/tokens.js'
import { kernelFailure, truncated } from './failure.js'
import { KernelInstance } from './instance.js'
import { encodeSettings, headerSettings, type Settings } from './settings.js'

/**
 * Encodes msgpack rows to one output format. Input is the bytes of a result in any chunking, down to one byte: it
 * frames, validates and encodes in one pass, and carries a partial row over to the next chunk. A `RowBlock`'s bytes
 * are just a chunk that happens to end with a row.
 *
 * Every method throws `SluiceError`; after that the encoder is dead.
 */
export interface RowEncoder {
  /** Bytes before the first row: byte order mark and header line, or `[`. Call once, first. May be empty. */
  begin(): Uint8Array
  /**
   * Takes a chunk and yields the encoded bytes, in pieces of at most about 1 MiB, so that a sink can wait between
   * them however much the data grows. A piece belongs to the caller. The chunk may be reused after the last piece.
   * The work is done while the result is iterated, which has to be to its end before the next call.
   */
  push(chunk: Uint8Array): Iterable<Uint8Array>
  /** Gives back a piece that will not be read again, to be written over. Optional. */
  recycle(piece: Uint8Array): void
  /** Bytes after the last row. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  end(): Uint8Array
  /** Gives the memory back for another encoder, after `end`. Nothing may be called or asked afterwards. Nobody has to. */
  release(): void
  /** Encoded bytes that wait for more of them. */
  readonly heldBytes: number
  /** Rows read so far. */
  readonly rows: number
  /** Texts that were not valid UTF-8 and were replaced. */
  readonly replacedTexts: number
  /** Characters that the encoding of the output lacks, and that were replaced; where there is such an encoding. */
  readonly replacedCharacters?: number
  /** The plan's limit is reached: further input is ignored, and the source may stop. */
  readonly done: boolean
}

/**
 * An encoder for one result, whose rows must be as wide as the plan's schema. What `push` returns does its work while
 * it is iterated. Rows before a failure are yielded before it is thrown.
 *
 * Throws `E_USAGE` for a wrong limit, and while it works `E_NOT_MSGPACK`, `E_MSGPACK`,
 * `E_MSGPACK_TRUNCATED`, `E_ROW_SHAPE`, `E_SCHEMA`, `E_TYPE`, `E_UTF8` and the `E_LIMIT_` codes.
 */
export function createEncoder(spec: EncodeSpec, plan: Plan): RowEncoder {
  return new KernelEncoder(spec, plan)
}

/** Pieces of msgpack rows that were not changed are cut to this length. */
const PIECE = 1024 * 1024

class KernelEncoder implements RowEncoder {
  readonly #instance: KernelInstance
  readonly #beginning: Uint8Array
  readonly #isArray: boolean

  constructor(spec: EncodeSpec, plan: Plan) {
    const settings = encodeSettings(spec, plan)
    this.#instance = new KernelInstance((kernel) =>
      kernelFailure(kernel, {
        limits: settings.limits,
        width: settings.width,
        name: (column) => plan.schema.columns[column]?.name,
      }),
    )
    this.#beginning = beginning(spec, plan, settings, this.#instance)
    this.#isArray = spec.format === 'json'
    this.#instance.configure(settings)
  }

  get rows(): number {
    return this.#instance.rows
  }

  get replacedTexts(): number {
    return this.#instance.replacedTexts
  }

  get heldBytes(): number {
    return this.#instance.heldBytes
  }

  get done(): boolean {
    return this.#instance.done
  }

  begin(): Uint8Array {
    return this.#beginning
  }

  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    for (const _ of this.#instance.feed(chunk)) {
      const piece = this.#instance.take()
      for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE)
    }
  }

  recycle(piece: Uint8Array): void {
    this.#instance.recycle(piece)
  }

  release(): void {
    this.#instance.release()
  }

  end(): Uint8Array {
    const { pendingBytes, rows } = this.#instance
    if (pendingBytes > 0) throw truncated(rows, pendingBytes)
    const rest = this.#instance.take()
    if (!this.#isArray) return rest
    return Buffer.concat([rest, Buffer.from(rows > 0 ? '\n]\n' : ']\n')])
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The bytes before the rows. */
function beginning(spec: EncodeSpec, plan: Plan, settings: Settings, instance: KernelInstance): Uint8Array {
  if (spec.format === 'json') return new TextEncoder().encode('[')
  const parts: Uint8Array[] = []
  const { bom, header } = withDefaults(spec.format, spec)
  if (bom) parts.push(BYTE_ORDER_MARK)
  if (header) {
    instance.configure(headerSettings(settings))
    const names = rowOfTexts(plan.columns.map(({ name }) => name))
    for (const _ of instance.feed(names)) parts.push(instance.take())
    parts.push(instance.take())
  }
  return Buffer.concat(parts)
}

/** `@msgpack/msgpack` would take longer to load than a small conversion takes. */
function rowOfTexts(texts: readonly string[]): Uint8Array {
  const row = new TokenWriter()
  row.array(texts.length)
  for (const text of texts) row.text(text)
  return row.take()
}
