import { readThrift, type ThriftStruct } from './thrift-reader.js'

/** The struct `FileMetaData` of a file. */
export function footerOf(bytes: Buffer): { struct: ThriftStruct; end: number } {
  const length = bytes.readUInt32LE(bytes.length - 8)
  return readThrift(bytes, bytes.length - 8 - length)
}

/** The structs `ColumnChunk` of each row group. */
export function chunksOf(bytes: Buffer): ThriftStruct[][] {
  return (footerOf(bytes).struct.get(4) as ThriftStruct[]).map((group) => group.get(1) as ThriftStruct[])
}

/** A page as its bytes tell. */
export interface FoundPage {
  readonly at: number
  readonly bytes: number
  readonly header: ThriftStruct
  readonly bodyAt: number
}

/** The pages of a chunk, its dictionary first, read one after another. */
export function pagesOf(bytes: Buffer, chunk: ThriftStruct): FoundPage[] {
  const meta = chunk.get(3) as ThriftStruct
  const pages: FoundPage[] = []
  let at = (meta.get(11) ?? meta.get(9)) as number
  const end = at + (meta.get(7) as number)
  while (at < end) {
    const { struct: header, end: bodyAt } = readThrift(bytes, at)
    const next = bodyAt + (header.get(3) as number)
    pages.push({ at, bytes: next - at, header, bodyAt })
    at = next
  }
  return pages
}

/** An index of pages, whose place is in the fields `at` and `at + 1` of the chunk. */
export function indexOf(bytes: Buffer, chunk: ThriftStruct, at: 4 | 6): ThriftStruct | undefined {
  const offset = chunk.get(at) as number | undefined
  if (offset === undefined) return undefined
  const { struct, end } = readThrift(bytes, offset)
  if (end - offset !== chunk.get(at + 1)) throw new Error('the index is not as long as the footer says')
  return struct
}
