import { ColumnVectors } from '../../../kernel/columns/vectors.js'
import { VERSION } from '../../../version.js'
import type { OpenSink, SinkContext } from '../../contract.js'
import type { Target } from '../../targets/index.js'
import type { ByteWriter } from '../columns/byte-writer.js'
import type { ColumnFile, ColumnFileParts } from '../columns/column-encoder.js'
import { openColumns } from '../columns/open-columns.js'
import { originOf } from '../columns/origin.js'
import { compressWith } from './codecs.js'
import { CODEC } from './format.js'
import { returnMemory, takeMemory } from './memory.js'
import { openBytesOf } from './open-bytes.js'
import type { CompleteOptions } from './options.js'
import { PageHeaders } from './page-headers.js'
import { PageStore } from './page-store.js'
import { GENERAL, PROFILES, type Profile } from './profiles.js'
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
  const types = profile === undefined ? GENERAL : PROFILES[profile]
  const begin = (parts: ColumnFileParts, output: ByteWriter) => beginFile(options, types, parts, output)
  return openColumns(target, clobber, context, begin, types)
}

function beginFile(
  options: CompleteOptions,
  { marksJson }: Profile,
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
    }),
    store: new PageStore(),
  }
  const { vectors } = memory
  const leaves = vectors.leaves.reduce((sum, { length }) => sum + length, 0)
  const groups = new RowGroups(
    memory,
    {
      names: columns.map((column) => column.name),
      trees: columns.map((column) => column.tree),
      marksJson,
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
      metadata: { ...originOf(context, columns), ...options.metadata },
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
