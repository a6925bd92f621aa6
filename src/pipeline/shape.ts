import type { Limits } from '../model/limits.js'
import { identityPlan, type PlanEdit } from '../transforms/columns.js'
import type { Mask } from '../transforms/mask.js'
import type { RowFlow, RowFunction } from '../transforms/row-flow.js'
import type { TypedStage } from '../transforms/typed.js'
import type { ResultStream } from './result-stream.js'

/** A stage between source and sink. */
export type Transform = PlanEdit | Mask | RowFunction

/** A transform that takes rows of one type and makes rows of another; any other transform counts as one of all types. */
export type TransformOf<In, Out> = Transform & TypedStage<In, Out>

/** A result after its transforms. */
export interface ShapedResult extends RowFlow {
  /** Rows of the result read by the first row function; `undefined` without one, when the sink counts them. */
  rowsRead(): number | undefined
  /** Texts that row functions were given repaired, because they were not UTF-8. */
  replacedTexts(): number
  /** Whether some limit ends the flow before the result does. */
  limited(): boolean
  /** To be called when the consumer has what the last limit wants. */
  limitReached(): void
  /** Whether it was: whatever still comes is not wanted. */
  satisfied(): boolean
}

/** Applies transforms in order: edits change the plan, masks and row functions the flow. */
export async function shape(
  result: ResultStream,
  transforms: readonly Transform[],
  { limits, signal }: { limits: Limits; signal: AbortSignal },
): Promise<ShapedResult> {
  let limited = false
  let satisfied = false
  let rowsRead: number | undefined
  let replacedTexts = 0
  let flow: RowFlow = { plan: identityPlan(result.schema), chunks: result.rows, recycle: result.recycle }
  for (const transform of transforms) {
    if (transform.kind === 'plan') {
      flow = { ...flow, plan: transform.apply(flow.plan) }
      continue
    }
    if (transform.kind === 'mask') {
      flow = transform.apply(flow, limits)
      continue
    }
    const isFirst = rowsRead === undefined
    rowsRead ??= 0
    flow = await transform.apply(flow, {
      limits,
      signal,
      limitReached: () => {
        limited = true
      },
      onReplacedTexts: (count) => {
        replacedTexts += count
      },
      onBlock: (block) => {
        if (isFirst) rowsRead = rowsRead! + block.rows
      },
    })
  }
  return {
    ...flow,
    rowsRead: () => rowsRead,
    replacedTexts: () => replacedTexts,
    limited: () => limited || satisfied,
    satisfied: () => satisfied,
    limitReached: () => {
      satisfied = true
    },
  }
}
