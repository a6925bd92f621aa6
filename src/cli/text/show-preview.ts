import { pipeline, type Report } from '../../pipeline/pipeline.js'
import type { PipelineOptions } from '../../pipeline/run.js'
import type { Source } from '../../sources/contract.js'
import { limit, type PlanEdit } from '../../transforms/columns.js'
import type { Target } from '../destination.js'
import type { ShapeOptions } from '../options/output.js'
import type { Session } from '../session.js'
import { styleFor } from '../terminal/style.js'
import { Preview, previewRows } from './preview.js'

/** What is to be looked at, and how. */
export interface Previewed {
  readonly source: Source
  readonly edits: readonly PlanEdit[]
  readonly run: PipelineOptions
  /** Rows of the whole result, where the run has learned that. */
  totalRows(): number | undefined
}

/** Reads the first rows of a source and prints them for people. Resolves with the report of that run. */
export async function showPreview(
  { source, edits, run, totalRows }: Previewed,
  { vertical }: Target & { kind: 'preview' },
  options: ShapeOptions,
  { context, reporter, general }: Session,
): Promise<Report> {
  const preview = new Preview(vertical)
  const report = await pipeline(source, ...edits, limit(previewRows(options.limit)), preview.sink, run)
  reporter.stop()
  const total = rowsWanted(options.limit, totalRows())
  const style = styleFor(context.stdoutIsTerminal, context.env, general.color)
  context.stdout.write(`${preview.render(report, edits, total, context.columns(), style).join('\n')}\n`)
  return report
}

/** How many rows would be written, where that is known. */
function rowsWanted(limit: number | undefined, total: number | undefined): number | undefined {
  if (limit === undefined) return total
  // Without a total, only a limit within the preview says how many rows there would be.
  return total === undefined && limit > previewRows(limit) ? undefined : Math.min(limit, total ?? limit)
}
