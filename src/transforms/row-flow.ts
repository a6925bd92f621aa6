import { RowBlocks } from '../kernel/blocks.js'
import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'

/** What flows into and out of a row function: msgpack rows in any chunking, and the plan that reads them. */
export interface RowFlow {
  readonly plan: Plan
  readonly chunks: AsyncIterable<Uint8Array>
  /** Takes back a chunk when nobody needs it or any chunk before it any more. */
  recycle?(chunk: Uint8Array): void
}

export interface RowFlowContext {
  readonly limits: Limits
  /** Aborted when the run is over. */
  readonly signal: AbortSignal
  /** Called with each block as it is read, before the function sees its rows. */
  onBlock(block: RowBlock): void
  /**
   * Called with how many texts a function was given repaired because they were not UTF-8, where what it makes
   * goes on.
   */
  onReplacedTexts(count: number): void
  /** Called when the plan's limit is reached and the flow ends for that reason. */
  limitReached(): void
}

/** A transform that calls a function for rows. */
export interface RowFunction {
  readonly kind: 'rows'
  apply(flow: RowFlow, context: RowFlowContext): Promise<RowFlow>
}

/** A flow as validated blocks, up to the plan's limit, and the plan to read them by. */
export interface BlockFlow {
  readonly plan: Plan
  readonly blocks: AsyncGenerator<RowBlock>
}

type BlockContext = Pick<RowFlowContext, 'limits' | 'onBlock' | 'limitReached'>

export function blocksOf(flow: RowFlow, context: BlockContext): BlockFlow {
  const cutter = new RowBlocks(flow.plan, context.limits)
  return { plan: cutter.plan, blocks: limited(cut(flow, cutter), flow.plan.limit, context) }
}

async function* cut({ chunks, recycle }: RowFlow, cutter: RowBlocks): AsyncGenerator<RowBlock> {
  for await (const chunk of chunks) {
    yield* cutter.push(chunk)
    recycle?.(chunk)
  }
  yield* cutter.end()
}

async function* limited(
  blocks: AsyncIterable<RowBlock>,
  limit: number | undefined,
  context: BlockContext,
): AsyncGenerator<RowBlock> {
  let wanted = limit ?? Number.POSITIVE_INFINITY
  for await (const block of blocks) {
    context.onBlock(block)
    // Whole blocks go out; rows past the limit stay behind the count.
    if (wanted > 0) yield { ...block, rows: Math.min(block.rows, wanted) }
    wanted -= block.rows
    if (wanted > 0) continue
    context.limitReached()
    return
  }
}
