import { type FileHandle, open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { ioError, SluiceError } from '../../errors.js'
import { holdsObjects, isUrlText, urlScheme } from '../../files/url-text.js'
import { FORMATS, type Format } from '../../model/formats.js'
import { DEFAULT_LIMITS, type Limits } from '../../model/limits.js'
import { encryptedError, TELLING_BYTES } from '../../pipeline/foreign-data.js'
import { formatOf } from '../../sinks/formats/registry.js'
import type { StoredObject } from '../../sinks/targets/contract.js'
import { targetOf } from '../../sinks/targets/index.js'
import type { Source } from '../../sources/contract.js'
import { file, stream } from '../../sources/local.js'
import { ARROW_FILE_MAGIC, openArrowTable } from './arrow-table.js'
import { type ByteInput, ByteStream } from './byte-stream.js'
import { fileInput, streamInput } from './inputs.js'
import { localFile, type RandomFile } from './random-file.js'
import type { OpenTable } from './table.js'
import { openTextTable, type TextOptions } from './text-table.js'

/** Facts about a file that its bytes and its name do not tell. */
export interface PlaceOptions extends TextOptions {
  /**
   * Its format.
   *
   * @default by its first bytes, else by its name, else msgpack
   */
  readonly format?: Format | undefined
  /** `hive_result_schema` for msgpack. */
  readonly schema?: string | undefined
  readonly limits?: Partial<Limits> | undefined
  /** Ends the reading with `E_INTERRUPTED`, or its reason. */
  readonly signal?: AbortSignal | undefined
}

/** A place that was looked at: what its format is, and how to go on. */
export type OpenPlace =
  | { readonly kind: 'parquet'; readonly file: RandomFile }
  | { readonly kind: 'table'; readonly table: OpenTable }
  | { readonly kind: 'msgpack'; readonly source: Source; readonly compression: string | undefined }

/** Plain, and with an encrypted footer. */
const PARQUET_MAGIC = ['PAR1', 'PARE']
/** A stream of Arrow begins with a message, and those begin so; no row of msgpack does. */
const ARROW_STREAM_MAGIC = '\xff\xff\xff\xff'
const GZIP_MAGIC = '\x1f\x8b'

/**
 * Opens a local file, a FIFO, or an object of a store by its URL.
 *
 * @throws SluiceError `E_IO` when it cannot be read, `E_NOT_FOUND` where a store has no such object.
 */
export async function openPlace(place: string, options: PlaceOptions): Promise<OpenPlace> {
  if (isUrlText(place)) return openStored(place, options)
  const head = await firstBytes(place)
  if (head !== undefined && PARQUET_MAGIC.includes(head))
    return { kind: 'parquet', file: await localFile(place) }
  const named = options.format ?? formatOf(place)?.format
  // A FIFO can be read only once: it is msgpack unless something says otherwise.
  if (head === undefined && (named === undefined || named === 'msgpack'))
    return { kind: 'msgpack', source: file(place, { schema: options.schema }), compression: undefined }
  const random = head === ARROW_FILE_MAGIC.slice(0, 4) ? await localFile(place) : undefined
  const opened = await openInput(await fileInput(place, options.signal), named, options, random).finally(() =>
    random?.close(),
  )
  if (opened !== undefined) return opened
  const compression = head?.startsWith(GZIP_MAGIC) ? 'gzip' : 'none'
  return { kind: 'msgpack', source: file(place, { schema: options.schema }), compression }
}

/** Opens a stream, of the format of the options. */
export async function openStreamed(
  readable: Readable,
  name: string,
  options: PlaceOptions,
): Promise<OpenPlace> {
  if (options.format === 'parquet') throw streamedParquet(name)
  const opened = await openInput(
    streamInput(readable, name, { signal: options.signal }),
    options.format,
    options,
  )
  if (opened !== undefined) return opened
  throw new SluiceError('E_INTERNAL', `${name} has no format that is read as a table`)
}

function streamedParquet(name: string): SluiceError {
  return new SluiceError('E_USAGE', `${name} cannot be Parquet, which is read from its end`, {
    hint: 'write it into a file first',
  })
}

async function openStored(url: string, options: PlaceOptions): Promise<OpenPlace> {
  const scheme = urlScheme(url) ?? ''
  // The rest of a URL may hold a password.
  const target = holdsObjects(scheme) ? targetOf(url) : undefined
  if (target?.stored === undefined)
    throw new SluiceError('E_USAGE', `nothing is read from ${scheme}:// URLs`, {
      hint:
        'give a file, or an object: s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/BLOB or sftp://USER@HOST/PATH; ' +
        'get other files first, as curl -O URL does',
    })
  const stored = await target.stored()
  if (stored === undefined)
    throw new SluiceError('E_NOT_FOUND', `there is no object ${target.name}`, {
      hint: 'check the key; folders end with a slash and are no objects',
    })
  const head = Buffer.from(await stored.slice(0, Math.min(4, stored.size))).toString('latin1')
  if (PARQUET_MAGIC.includes(head)) return { kind: 'parquet', file: randomObject(stored) }
  const input = streamInput(stored.stream(), url, { signal: options.signal, size: stored.size })
  const opened = await openInput(
    input,
    options.format ?? formatOf(url)?.format,
    options,
    randomObject(stored),
  )
  if (opened !== undefined) return opened
  const compression = head.startsWith(GZIP_MAGIC) ? 'gzip' : 'none'
  return { kind: 'msgpack', source: stream(stored.stream(), { schema: options.schema }), compression }
}

function randomObject(stored: StoredObject): RandomFile {
  const { size } = stored
  return {
    byteLength: size,
    slice: async (from, to = size) => exactBuffer(await stored.slice(from, to)),
    close: async () => {},
  }
}

function exactBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
}

/** What is not msgpack, or is packed with zstd; closes the input otherwise. */
async function openInput(
  input: ByteInput,
  named: Format | undefined,
  options: PlaceOptions,
  file?: RandomFile,
): Promise<OpenPlace | undefined> {
  const bytes = new ByteStream(input)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  try {
    const encrypted = encryptedError(await bytes.peek(TELLING_BYTES), input.name)
    if (encrypted !== undefined) throw encrypted
    const isText = named !== undefined && !FORMATS[named].isBinary
    const format = isText ? named : (formatIn(await bytes.peek(64), named) ?? named)
    switch (format) {
      case 'csv':
      case 'tsv':
      case 'ndjson':
      case 'json':
        return { kind: 'table', table: await openTextTable(bytes, format, options, limits) }
      case 'arrow':
      case 'arrows':
        return {
          kind: 'table',
          table: await openArrowTable(
            bytes,
            Buffer.from(await bytes.peek(6)).toString('latin1') === ARROW_FILE_MAGIC,
            bytes.compression === 'none' ? file : undefined,
          ),
        }
      case 'parquet':
        // That of a file is read as one: this comes out of a FIFO.
        if (PARQUET_MAGIC.includes(Buffer.from(await bytes.peek(4)).toString('latin1')))
          throw streamedParquet(input.name)
        throw new SluiceError('E_PARQUET', `${input.name} does not begin as a Parquet file does`)
      case 'msgpack':
      case undefined:
        if (bytes.compression === 'zstd') {
          const unpacked = Readable.from(bytes.chunks(), { objectMode: false })
          unpacked.once('close', () => void bytes.close())
          return {
            kind: 'msgpack',
            source: stream(unpacked, { schema: options.schema }),
            compression: 'zstd',
          }
        }
        await bytes.close()
        return undefined
      default:
        return format satisfies never
    }
  } catch (error) {
    await bytes.close()
    throw error
  }
}

/** What was found to be there. */
export function formatOfPlace(opened: OpenPlace): Format {
  return opened.kind === 'table' ? opened.table.format : opened.kind
}

/** Lets go of a place that is not read after all. Never rejects. */
export async function closePlace(opened: OpenPlace): Promise<void> {
  if (opened.kind === 'parquet') await opened.file.close()
  if (opened.kind === 'table') await opened.table.close()
  if (opened.kind === 'msgpack')
    opened.source.abandon?.(new SluiceError('E_USAGE', 'what was opened is not read'))
}

/** Rows of msgpack begin with none of these. */
function formatIn(head: Uint8Array, named: Format | undefined): Format | undefined {
  const text = Buffer.from(head).toString('latin1')
  if (text.startsWith(ARROW_FILE_MAGIC)) return 'arrow'
  if (text.startsWith(ARROW_STREAM_MAGIC)) return 'arrows'
  return named === undefined && /^(?:\xef\xbb\xbf)?\s*[{[]/.test(text) ? 'ndjson' : undefined
}

/** Four bytes of a regular file. A FIFO is not even opened: its writer would meet a reader that goes away. */
async function firstBytes(path: string): Promise<string | undefined> {
  let handle: FileHandle | undefined
  try {
    if (!(await stat(path)).isFile()) return undefined
    handle = await open(path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } catch (error) {
    throw ioError(error, path)
  } finally {
    await handle?.close()
  }
}
