import { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { ArrowOptions } from '../../../model/formats.js'
import type { OpenSink, SinkContext } from '../../contract.js'
import type { Target } from '../../targets/index.js'
import type { ColumnFile, ColumnFileParts } from '../columns/column-encoder.js'
import { openColumns } from '../columns/open-columns.js'
import { originOf } from '../columns/origin.js'
import { zstdCompress } from '../columns/zstd.js'
import { ArrowBatches } from './arrow-batches.js'
import type { BodyCodec } from './body-codec.js'
import { ARROW_CODEC } from './messages.js'

/** Opens the sink that `arrow` and `arrows` describe; `options` are complete and were checked. */
export function openArrow(
  isFile: boolean,
  target: Target,
  clobber: boolean,
  options: Required<ArrowOptions>,
  context: SinkContext,
): Promise<OpenSink> {
  return openColumns(target, clobber, context, (parts) => beginArrow(isFile, options, parts))
}

/** Begins a stream or file of Arrow. */
export function beginArrow(
  isFile: boolean,
  { onTypeError, invalidUtf8, batchRows, bufferCodec, metadata }: Required<ArrowOptions>,
  { context, columns, output, turn }: ColumnFileParts,
): ColumnFile {
  const vectors = new ColumnVectors({
    width: context.plan.schema.columns.length,
    columns,
    onMisfit: onTypeError,
    invalidUtf8,
    dictionaryBytes: 0,
    openFiles: context.openSinks,
  })
  const layout = {
    isFile,
    batchRows,
    codec: codecOf(bufferCodec, vectors),
    columns,
    metadata: { ...originOf(context, columns), ...metadata },
    turn,
  }
  return new ArrowBatches(vectors, layout, output)
}

function codecOf(name: 'none' | keyof typeof ARROW_CODEC, vectors: ColumnVectors): BodyCodec | undefined {
  switch (name) {
    case 'none':
      return undefined
    case 'lz4':
      return { number: ARROW_CODEC.lz4, compress: (bytes) => vectors.lz4(bytes) }
    case 'zstd':
      return { number: ARROW_CODEC.zstd, compress: zstdCompress! }
    default:
      return name satisfies never
  }
}
