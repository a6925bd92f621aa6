import type { Limits } from '../model/limits.js'
import type { Transform } from '../pipeline.js'
import { identityPlan } from '../transforms/plan.js'
import type { RowFlow } from '../transforms/rows.js'
import type { ResultStream } from './result-stream.js'

/** A result after its transforms. */
export interface ShapedResult extends RowFlow {
  /** Rows of the result read by the first row function; `undefined` without one, when the sink counts them. */
  rowsRead(): number | undefined
  /** To be called when some limit is reached; the flow then ends early. */
  limitReached(): void
  limited(): boolean
}

/** Applies transforms in order: edits change the plan, row functions the flow. */
export async function shape(
  result: ResultStream,
  transforms: readonly Transform[],
  limits: Limits,
): Promise<ShapedResult> {
  let limited = false
  let rowsRead: number | undefined
  const limitReached = () => {
    limited = true
  }
  let flow: RowFlow = { plan: identityPlan(result.schema), chunks: result.rows }
  for (const transform of transforms) {
    if (transform.kind === 'plan') {
      flow = { ...flow, plan: transform.apply(flow.plan) }
      continue
    }
    const isFirst = rowsRead === undefined
    rowsRead ??= 0
    flow = await transform.apply(flow, {
      limits,
      limitReached,
      onBlock: (block) => {
        if (isFirst) rowsRead = rowsRead! + block.rows
      },
    })
  }
  return { ...flow, rowsRead: () => rowsRead, limitReached, limited: () => limited }
}
