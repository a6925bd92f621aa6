import type { ColumnVectors } from '../../../kernel/columns/vectors.js'
import type { Plan } from '../../../model/plan.js'
import type { PageStore } from './page-store.js'

/** Memory of an open row group; a new file reuses it as a new row group does. */
export interface RowGroupMemory {
  readonly vectors: ColumnVectors
  readonly store: PageStore
}

/** A folder begins one file at a time, while a few are being synced. */
const MOST_IDLE = 4

/** Memory that one large file has grown goes back to the system, in bytes. */
const LARGEST_IDLE = 24 * 1024 * 1024

/**
 * The memory of files that are finished, for the next file of the same columns and options: the partitions of a run share
 * their plan. It goes with the plan.
 */
const idle = new WeakMap<Plan, Map<string, RowGroupMemory[]>>()

/** @param kind tells options apart that the memory was made for */
export function takeMemory(plan: Plan, kind: string): RowGroupMemory | undefined {
  return idle.get(plan)?.get(kind)?.pop()
}

/** To be called when the file is complete, and not after a failure. */
export function returnMemory(plan: Plan, kind: string, memory: RowGroupMemory): void {
  if (memory.vectors.memoryBytes + memory.store.memoryBytes > LARGEST_IDLE) return
  const kinds = idle.get(plan) ?? new Map<string, RowGroupMemory[]>()
  idle.set(plan, kinds)
  const spare = kinds.get(kind) ?? []
  kinds.set(kind, spare)
  if (spare.length < MOST_IDLE) spare.push(memory)
}
