import { SluiceError } from '../../../errors.js'
import { isLeaf } from '../../../kernel/columns/tree.js'
import { ColumnVectors } from '../../../kernel/columns/vectors.js'
import { VERSION } from '../../../version.js'
import type { OpenSink, SinkContext } from '../../contract.js'
import type { Target } from '../../targets/index.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { ColumnFile, ColumnFileParts } from '../columns/column-encoder.js'
import type { FileColumn } from '../columns/file-plan.js'
import { openColumns } from '../columns/open-columns.js'
import { originOf } from '../columns/origin.js'
import { compressWith } from './codecs.js'
import { CODEC } from './format.js'
import { returnMemory, takeMemory } from './memory.js'
import { openBytesOf } from './open-bytes.js'
import type { CompleteOptions } from './options.js'
import { PageHeaders } from './page-headers.js'
import { PageStore } from './page-store.js'
import { COMMON_TYPES, PROFILES, type Profile } from './profiles.js'
import { RowGroups } from './row-groups.js'

/** All dictionaries of a row group together, and the largest one, in bytes. */
const DICTIONARY_BYTES = 32 * 1024 * 1024
const LARGEST_DICTIONARY = 1024 * 1024

/** Opens the sink that `parquet` describes; `options` are complete and were checked. */
export function openParquet(
  target: Target,
  clobber: boolean,
  options: CompleteOptions,
  context: SinkContext,
): Promise<OpenSink> {
  const { profile } = options
  const types = profile === undefined ? COMMON_TYPES : PROFILES[profile]
  const begin = (parts: ColumnFileParts, output: ByteWriter) => beginFile(options, types, parts, output)
  return openColumns(target, clobber, context, begin, types)
}

/** The place of the column by which the rows are sorted. */
function sortedColumn(columns: readonly FileColumn[], name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  const place = columns.findIndex((column) => column.name === name)
  if (place >= 0 && isLeaf(columns[place]!.tree)) return place
  const what = place < 0 ? 'there is no column' : 'rows cannot be sorted by the nested column'
  throw new SluiceError('E_USAGE', `${what} ${JSON.stringify(name)}, by which they were to be sorted`)
}

/** The places of the columns with Bloom filters. */
function filteredColumns(columns: readonly FileColumn[], names: string | undefined): ReadonlySet<number> {
  const places = splitNames(names ?? '').map((name) => {
    const place = columns.findIndex((column) => column.name === name)
    const what = place < 0 ? 'there is no column' : 'there is no Bloom filter for the column'
    const kind = columns[place]?.tree.kind
    if (kind !== undefined && kind !== 'boolean' && isLeaf(columns[place]!.tree)) return place
    throw new SluiceError('E_USAGE', `${what} ${JSON.stringify(name)}`, {
      hint: 'columns of Bloom filters are neither nested nor boolean',
    })
  })
  return new Set(places)
}

/** `a,"b,c"` */
function splitNames(text: string): string[] {
  const names = text.matchAll(/(?:"((?:[^"]|"")*)"|([^,]+))(?:,|$)/g)
  return [...names].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!.trim())
}

function beginFile(
  options: CompleteOptions,
  { marksJson, metadata }: Profile,
  { context, columns, isShared, turn }: ColumnFileParts,
  output: ByteWriter,
): ColumnFile {
  const { plan, openSinks } = context
  const { codec, page, onTypeError, invalidUtf8 } = options
  const kind = `${onTypeError} ${invalidUtf8} ${openSinks} ${options.profile}`
  const memory = (isShared ? takeMemory(plan, kind) : undefined) ?? {
    vectors: new ColumnVectors({
      width: plan.schema.columns.length,
      columns,
      onMisfit: onTypeError,
      invalidUtf8,
      dictionaryBytes: DICTIONARY_BYTES,
      openFiles: openSinks,
      makesPages: true,
    }),
    store: new PageStore(),
  }
  const { vectors } = memory
  const sortedBy = sortedColumn(columns, options.sortedBy)
  const filtered = filteredColumns(columns, options.bloom)
  const leaves = vectors.leaves.reduce((sum, { length }) => sum + length, 0)
  const groups = new RowGroups(
    memory,
    {
      names: columns.map((column) => column.name),
      trees: columns.map((column) => column.tree),
      marksJson,
      sortedBy,
      filtered,
      maxRows: options.rowGroupSize,
      maxBytes: options.rowGroupBytes,
      turn,
      chunks: {
        headers: new PageHeaders(),
        page,
        codec: CODEC[codec],
        compress: compressWith(codec, options.codecLevel, vectors),
        dictionaryLimit: Math.min(LARGEST_DICTIONARY, DICTIONARY_BYTES / Math.max(1, leaves)),
      },
      createdBy: `td-sluice version ${VERSION}`,
      metadata: { ...originOf(context, columns), ...metadata, ...options.metadata },
    },
    output,
    openBytesOf(plan),
  )
  return {
    vectors,
    get room() {
      return groups.room
    },
    get bytes() {
      return groups.bytes
    },
    addBatch: (isLast) => groups.addBatch(isLast),
    end: async () => {
      await groups.end()
      if (isShared) returnMemory(plan, kind, memory)
    },
  }
}
