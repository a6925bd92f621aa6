import { SluiceError } from '../../errors.js'
import { readBatches } from '../../pipeline/read-batches.js'
import { openRun } from '../../pipeline/run.js'
import type { Source } from '../../sources/contract.js'
import { typeTextOf, untypedPlan } from '../msgpack-rows.js'
import type { OpenTable } from './table.js'

/** The rows of a source, read and checked as in a pipeline. */
export async function openSourceTable(
  source: Source,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<OpenTable> {
  const run = await openRun(source, { ...(signal && { signal }) })
  const { schema, meter } = run.result
  const { plan } = run.shaped
  let decodedBytes = 0

  async function* batches() {
    try {
      const asStored = { shape: 'array', int64: 'bigint', keepInvalidUtf8: true } as const
      for await (const { rows, bytes } of readBatches(run, untypedPlan(plan), asStored)) {
        decodedBytes += bytes
        yield rows
      }
    } catch (error) {
      throw await run.fail(error)
    }
  }

  return {
    format: 'msgpack',
    compression: () => undefined,
    bytes: run.source.expectedBytes,
    rows: run.source.expectedRows,
    columns: plan.columns.map(({ source: at, name }) => ({
      name,
      type: typeTextOf(schema.columns[at], schema.inferred),
      isGuessed: false,
    })),
    bytesRead: () => meter.bytes,
    decodedBytes: () => decodedBytes,
    batches,
    // Does nothing unless the rows were left.
    close: async () => void (await run.fail(new SluiceError('E_INTERRUPTED', 'the rows were left'))),
  }
}
