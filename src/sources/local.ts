import type { Readable } from 'node:stream'
import { destroyQuietly } from '../abort.js'
import { ioError, messageOf, requireShape, SluiceError } from '../errors.js'
import { isUrl, pathOfUrl } from '../files/file-url.js'
import { requireLocalPath } from '../files/url-text.js'
import { FORMATS } from '../model/formats.js'
import { parseSchema } from '../schema/schema-parser.js'
import { checkArgument, checkOptions, type OptionShape, type OptionShapes } from '../usage.js'
import { bodyOf } from './body.js'
import type { OpenSource, Source } from './contract.js'
import { openLocal } from './open-local.js'

/** Options of the sources that know no job. */
export interface LocalOptions {
  /**
   * `hive_result_schema`, as a job record has it: `[["time","bigint"],…]`.
   *
   * @default none: the columns are named `_col0`, `_col1`, …
   */
  schema?: string | undefined
}

/**
 * Larger than what waits in the stages behind: with each piece the inflater starts anew, and its thread waits. Pieces of 1 MiB are no
 * quicker, and several wait in the stages.
 */
const READ_SIZE = 512 * 1024

/**
 * A local file of msgpack rows, gzip'd or not, or a FIFO, by its path or `file:` URL. An empty file is a result of no rows only if its name ends with
 * `.msgpack`.
 *
 * @example
 * await pipeline(file('result.msgpack.gz', { schema: '[["n","bigint"]]' }), csv('n.csv'))
 * @throws SluiceError `E_USAGE` for another URL; from `open`: `E_IO` when it cannot be read.
 */
export function file(place: string | URL, options: LocalOptions = {}): Source {
  const path = isUrl(place) ? pathOfUrl(place, 'files') : place
  checkArgument(path, 'the path of file', 'text')
  requireLocalPath(path, 'file')
  checkLocalOptions(options, 'file')
  return {
    kind: 'file',
    open: async () => {
      try {
        return await openFile(path, options)
      } catch (error) {
        throw ioError(error, path)
      }
    },
  }
}

async function openFile(path: string, options: LocalOptions): Promise<OpenSource> {
  const { readable, size, isFifo } = await openLocal(path, READ_SIZE)
  if (isFifo) return localSource(bodyOf(readable, path), options)
  const opened = { ...localSource(bodyOf(readable, path, size), options, size), disposesChunks: true }
  return size === 0 && isMsgpack(path) ? { ...opened, compression: 'none' } : opened
}

/**
 * Whether the file is named as the output of no rows is, which has no bytes. Any other empty file is taken for what a
 * failed download leaves.
 */
function isMsgpack(path: string): boolean {
  return FORMATS.msgpack.extensions.some((extension) => path.toLowerCase().endsWith(extension))
}

/** Where stdin comes from, and its schema. */
export interface StdinOptions extends LocalOptions {
  /**
   * The stream to read as stdin.
   *
   * @default process.stdin
   */
  stream?: Readable | undefined
}

/**
 * msgpack rows from stdin, gzip'd or not.
 *
 * @example
 * await pipeline(stdin({ schema: '[["n","bigint"]]' }), ndjson(process.stdout))
 * @throws SluiceError from `open`: `E_USAGE` when stdin is a terminal.
 */
export function stdin(options: StdinOptions = {}): Source {
  checkLocalOptions(options, 'stdin', { ...LOCAL_OPTIONS, stream: 'stream' })
  return {
    kind: 'stdin',
    open: async () => {
      const readable = options.stream ?? process.stdin
      if ((readable as { isTTY?: boolean }).isTTY) {
        throw new SluiceError('E_USAGE', 'stdin is a terminal', { hint: 'pipe or redirect a result into it' })
      }
      return localSource(bodyOf(readable, 'stdin'), options)
    },
  }
}

/**
 * Any stream of bytes: msgpack rows, gzip'd or not. It can be read once, and is destroyed when the run ends early.
 *
 * @example
 * await pipeline(stream(createReadStream('result.msgpack.gz')), ndjson('result.ndjson'))
 * @throws SluiceError from `open`: `E_USAGE` when it was read already.
 */
export function stream(readable: Readable, options: LocalOptions = {}): Source {
  requireShape(
    typeof (readable as Readable | null)?.pipe === 'function',
    'the argument of stream',
    'a Readable',
  )
  checkLocalOptions(options, 'stream')
  return {
    kind: 'stream',
    open: async () => {
      if (!readable.readable) throw new SluiceError('E_USAGE', 'the input stream was read already')
      return localSource(bodyOf(readable, 'the input stream'), options)
    },
    abandon: (reason) => destroyQuietly(readable, reason),
  }
}

const LOCAL_OPTIONS: OptionShapes<LocalOptions> = { schema: 'schema text' }

function checkLocalOptions(
  options: LocalOptions,
  what: string,
  shapes: Readonly<Record<string, OptionShape>> = LOCAL_OPTIONS,
): void {
  checkOptions(options, what, shapes)
  if (!options.schema) return
  try {
    parseSchema(options.schema)
  } catch (cause) {
    if ((cause as SluiceError).code !== 'E_SCHEMA') throw cause
    throw new SluiceError('E_USAGE', `the option schema of ${what}: ${messageOf(cause)}`, {
      cause,
      hint: 'it is a JSON text, such as JSON.stringify([["time","bigint"]])',
    })
  }
}

/** Bytes that come with no job record: packed as their first bytes say, of any number of rows. */
function localSource(body: Readable, { schema }: LocalOptions, expectedBytes?: number): OpenSource {
  return {
    body,
    compression: 'detect',
    schemaText: schema ?? null,
    jobId: undefined,
    expectedRows: undefined,
    expectedBytes,
  }
}
