import { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { ArrowOptions } from '../../../model/option-types.js'
import type { OpenSink, SinkContext } from '../../contract.js'
import type { Target } from '../../targets/index.js'
import { ColumnEncoder, type ColumnFileParts } from '../columns/column-encoder.js'
import { openColumns } from '../columns/open-columns.js'
import { originOf } from '../columns/origin.js'
import { zstdCompress } from '../columns/zstd.js'
import { ArrowBatches } from './arrow-batches.js'
import type { ArrowLayout } from './batch-message.js'
import { BatchStreams } from './batch-streams.js'
import type { BodyCodec } from './body-codec.js'
import { ARROW_CODEC } from './messages.js'

type Complete = Required<ArrowOptions>

/** Opens the sink that `arrow` and `arrows` describe; `options` are complete and were checked. */
export function openArrow(
  isFile: boolean,
  target: Target,
  clobber: boolean,
  options: Complete,
  context: SinkContext,
): Promise<OpenSink> {
  return openColumns(target, clobber, context, (parts, output) => {
    const vectors = vectorsFor(options, parts)
    return new ArrowBatches(vectors, layoutFor(options, parts, vectors), output, isFile)
  })
}

/** Makes streams of one batch each from msgpack rows in any chunking. */
export class RecordBatchEncoder {
  readonly #encoder: ColumnEncoder
  #streams: BatchStreams | undefined

  constructor(context: SinkContext, options: Complete) {
    this.#encoder = new ColumnEncoder(context, (parts) => {
      const vectors = vectorsFor(options, parts)
      this.#streams = new BatchStreams(vectors, layoutFor(options, parts, vectors))
      return this.#streams
    })
  }

  /** Rows read so far. */
  get rows(): number {
    return this.#encoder.rows
  }

  /** The plan's limit is reached. */
  get done(): boolean {
    return this.#encoder.done
  }

  get replacedTexts(): number {
    return this.#encoder.replacedTexts
  }

  /** The batches that the chunk fills; nothing of the chunk is used afterwards. */
  async push(chunk: Uint8Array): Promise<Uint8Array[]> {
    await this.#encoder.push(chunk)
    return this.#streams?.take() ?? []
  }

  /** The last ones. */
  async end(): Promise<Uint8Array[]> {
    await this.#encoder.end()
    await this.#encoder.finish()
    return this.#streams!.take()
  }
}

function vectorsFor(
  { onTypeError, invalidUtf8 }: Complete,
  { context, columns }: ColumnFileParts,
): ColumnVectors {
  return new ColumnVectors({
    width: context.plan.schema.columns.length,
    columns,
    onMisfit: onTypeError,
    invalidUtf8,
    dictionaryBytes: 0,
    openFiles: context.openSinks,
  })
}

function layoutFor(
  { batchRows, bufferCodec, metadata }: Complete,
  { context, columns, turn }: ColumnFileParts,
  vectors: ColumnVectors,
): ArrowLayout {
  return {
    batchRows,
    codec: codecOf(bufferCodec, vectors),
    columns,
    metadata: { ...originOf(context, columns), ...metadata },
    turn,
  }
}

function codecOf(name: 'none' | keyof typeof ARROW_CODEC, vectors: ColumnVectors): BodyCodec | undefined {
  switch (name) {
    case 'none':
      return undefined
    case 'lz4':
      return { number: ARROW_CODEC.lz4, compress: (bytes) => vectors.lz4(bytes) }
    case 'zstd':
      return { number: ARROW_CODEC.zstd, compress: (bytes) => zstdCompress(bytes) }
    default:
      return name satisfies never
  }
}
