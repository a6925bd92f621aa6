import type { RowBlock } from '../model/row-block.js'

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
  /** Gives back a piece that nobody will read again, to be written over. Nobody has to. */
  recycle(piece: Uint8Array): void
  /** Bytes after the last row. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  end(): Uint8Array
  /** Rows read so far. */
  readonly rows: number
  /** Texts that were not valid UTF-8 and were replaced. */
  readonly replacedTexts: number
  /** The plan's limit is reached: further input is ignored, and the source may stop. */
  readonly done: boolean
}

/** Cuts the bytes of a result into {@link RowBlock}s, validating each row. */
export interface RowFramer {
  /** Takes a chunk; the work is done while the result is iterated, which has to be to its end before the next call. */
  push(chunk: Uint8Array): Iterable<RowBlock>
  /** Gives back the bytes of a block that nobody will read again, to be written over. Nobody has to. */
  recycle(bytes: Uint8Array): void
  /** Yields what remains. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  end(): Iterable<RowBlock>
  readonly rows: number
}
