import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { destroyQuietly } from '../abort.js'
import { callbackError, requireShape, SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import { createRowReader, type Row, type RowReadOptions, VALUE_OPTIONS } from '../rows/reader.js'
import { checkOptions } from '../usage.js'
import {
  blocksOf,
  COLUMN_OPTIONS,
  type ColumnOptions,
  flowOf,
  type RowFlowContext,
  type RowFunction,
} from './row-flow.js'

/** How rows are read for the stream, and the columns of the rows it gives back. */
export interface ThroughOptions extends Omit<RowReadOptions, 'shape'>, ColumnOptions {}

/**
 * Sends the rows through anyone's Node stream in object mode, `Transform` or `Duplex`: it is given one row a chunk and
 * gives back rows, in its own number and order. The columns are the keys of its first row unless the option `columns`
 * names them.
 *
 * The stream is used up by the run and destroyed when the run fails.
 *
 * @example
 * through(new Transform({ objectMode: true, transform: (row, _, done) => done(null, { n: row.n }) }))
 * @throws SluiceError from the run: `E_CALLBACK` when the stream fails, with its error as the cause; `E_USAGE` when it is
 *   not in object mode on both sides.
 */
export function through(stage: Duplex, options: ThroughOptions = {}): RowFunction {
  requireShape(typeof (stage as Duplex | null)?.pipe === 'function', 'the argument of through', 'a Duplex')
  checkOptions(options, 'through', { ...VALUE_OPTIONS, ...COLUMN_OPTIONS })
  return {
    kind: 'rows',
    apply: async (flow, context) => {
      if (!stage.writableObjectMode || !stage.readableObjectMode) {
        throw new SluiceError('E_USAGE', 'the stream given to through must be in object mode on both sides')
      }
      const { plan, blocks } = blocksOf(flow, context)
      return flowOf(outOf(stage, rowsOf(plan, blocks, options, context)), plan, options)
    },
    abandon: (reason) => destroyQuietly(stage, reason),
  }
}

async function* rowsOf(
  plan: Plan,
  blocks: AsyncIterable<RowBlock>,
  options: RowReadOptions,
  context: RowFlowContext,
): AsyncGenerator<Row> {
  const read = createRowReader(plan, options)
  for await (const block of blocks) {
    const { rows, replacedTexts } = read(block)
    context.onReplacedTexts(replacedTexts)
    yield* rows
  }
}

async function* outOf(stage: Duplex, rows: AsyncIterable<Row>): AsyncGenerator<Iterable<object>> {
  const fed = pipeline(Readable.from(rows), stage)
  // The reader of the stage gets the error.
  fed.catch(() => {})
  try {
    for await (const row of stage) yield [row]
  } catch (cause) {
    throw callbackError(cause, 'the stream given to through')
  }
}
