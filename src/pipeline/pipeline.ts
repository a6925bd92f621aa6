import { asSluiceError } from '../abort.js'
import type { Row } from '../rows/reader.js'
import type { Sink } from '../sinks/contract.js'
import type { Source } from '../sources/contract.js'
import { abandonAll } from './abandon.js'
import type { Report } from './report.js'
import { openRun, type PipelineOptions } from './run.js'
import type { TransformOf } from './shape.js'
import { parseStages } from './stages.js'
import { writeRun } from './write-run.js'

// The longest comes first: the compiler types a function once, by the first signature that it tries it with.
/**
 * Streams a result from a source through transforms into a sink, with memory that does not depend on its size.
 *
 * Resolves only when every row is safely in the output: all bytes arrived, every checksum held, every row was whole and
 * as wide as the schema, the number of rows is that of the job record, and a file is synced and renamed. On any failure
 * the output is as it was before.
 *
 * Functions are typed along the pipeline: `map`, `filter` and `tap` know what the transform before them makes, up to eight of
 * them.
 *
 * @example
 * const report = await pipeline(job('123456'), select(['time', 'path']), csv('access.csv.gz'))
 * @throws SluiceError for every failure; see `ERROR_TABLE`.
 */
export function pipeline<
  R extends object = Row<never>,
  A = Row<never>,
  B = Row<never>,
  C = Row<never>,
  D = Row<never>,
  E = Row<never>,
  F = Row<never>,
  G = Row<never>,
  H = Row<never>,
>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  t3: TransformOf<B, C>,
  t4: TransformOf<C, D>,
  t5: TransformOf<D, E>,
  t6: TransformOf<E, F>,
  t7: TransformOf<F, G>,
  t8: TransformOf<G, H>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<
  R extends object = Row<never>,
  A = Row<never>,
  B = Row<never>,
  C = Row<never>,
  D = Row<never>,
  E = Row<never>,
  F = Row<never>,
  G = Row<never>,
>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  t3: TransformOf<B, C>,
  t4: TransformOf<C, D>,
  t5: TransformOf<D, E>,
  t6: TransformOf<E, F>,
  t7: TransformOf<F, G>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<
  R extends object = Row<never>,
  A = Row<never>,
  B = Row<never>,
  C = Row<never>,
  D = Row<never>,
  E = Row<never>,
  F = Row<never>,
>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  t3: TransformOf<B, C>,
  t4: TransformOf<C, D>,
  t5: TransformOf<D, E>,
  t6: TransformOf<E, F>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<
  R extends object = Row<never>,
  A = Row<never>,
  B = Row<never>,
  C = Row<never>,
  D = Row<never>,
  E = Row<never>,
>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  t3: TransformOf<B, C>,
  t4: TransformOf<C, D>,
  t5: TransformOf<D, E>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<
  R extends object = Row<never>,
  A = Row<never>,
  B = Row<never>,
  C = Row<never>,
  D = Row<never>,
>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  t3: TransformOf<B, C>,
  t4: TransformOf<C, D>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<R extends object = Row<never>, A = Row<never>, B = Row<never>, C = Row<never>>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  t3: TransformOf<B, C>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<R extends object = Row<never>, A = Row<never>, B = Row<never>>(
  source: Source,
  t1: TransformOf<R, A>,
  t2: TransformOf<A, B>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline<R extends object = Row<never>, A = Row<never>>(
  source: Source,
  t1: TransformOf<R, A>,
  sink: Sink,
  options?: PipelineOptions,
): Promise<Report>
export function pipeline(source: Source, sink: Sink, options?: PipelineOptions): Promise<Report>
export function pipeline(
  source: Source,
  ...stages:
    | [...TransformOf<Row<never>, unknown>[], Sink]
    | [...TransformOf<Row<never>, unknown>[], Sink, PipelineOptions]
): Promise<Report>
export async function pipeline(source: Source, ...rest: readonly unknown[]): Promise<Report> {
  const started = performance.now()
  const { run, sink } = await openStages(source, rest)
  return writeRun(run, sink, started)
}

/** Opens the source between everything that a program gave, all of which is given up when that fails. */
async function openStages(source: Source, given: readonly unknown[]) {
  try {
    const { transforms, sink, options } = parseStages(given, 'pipeline')
    const run = await openRun(source, { ...options, transforms, prepare: sink.prepare?.bind(sink) })
    return { run, sink }
  } catch (error) {
    const failure = asSluiceError(error)
    abandonAll([source, ...given], failure)
    throw failure
  }
}
