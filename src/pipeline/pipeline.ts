import { asSluiceError } from '../abort.js'
import type { Source } from '../sources/contract.js'
import { abandonAll } from './abandon.js'
import { openRun, type PipelineOptions } from './run.js'
import { parseStages } from './stages.js'
import { writeRun } from './write-run.js'
import type { WriteThrough } from './write-through.js'

/**
 * Streams a result from a source through transforms into a sink, with memory that does not depend on its size.
 *
 * Resolves only when every row is safely in the output: all bytes arrived, every checksum held, every row was whole and
 * as wide as the schema, the number of rows is that of the job record, and a file is synced and renamed. On any failure
 * the output is as it was before.
 *
 * Functions are typed along the pipeline: `map`, `filter` and `tap` know what the transform before them makes, up to twelve of
 * them.
 *
 * @example
 * const report = await pipeline(job('123456'), select(['time', 'path']), csv('access.csv.gz'))
 * @throws SluiceError for every failure; see `ERROR_TABLE`.
 * @function
 */
export const pipeline: WriteThrough<[source: Source], [options?: PipelineOptions]> = async (
  source: Source,
  ...rest: readonly unknown[]
) => {
  const started = performance.now()
  const { run, sink } = await openStages(source, rest)
  return writeRun(run, sink, started)
}

/** Opens the source between everything that a program gave, all of which is given up when that fails. */
async function openStages(source: Source, given: readonly unknown[]) {
  try {
    const { transforms, sink, options } = parseStages(given, 'pipeline')
    const { isEncrypted } = sink
    const run = await openRun(source, {
      ...options,
      transforms,
      isEncrypted,
      prepare: sink.prepare?.bind(sink),
    })
    return { run, sink }
  } catch (error) {
    const failure = asSluiceError(error)
    abandonAll([source, ...given], failure)
    throw failure
  }
}
