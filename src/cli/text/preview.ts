import { Writable } from 'node:stream'
import { KIND_FAMILY } from '../../model/schema.js'
import { pipeline } from '../../pipeline/pipeline.js'
import type { Report } from '../../pipeline/report.js'
import type { PipelineOptions } from '../../pipeline/run.js'
import type { Sink } from '../../sinks/contract.js'
import { createSink } from '../../sinks/formats/index.js'
import type { Source } from '../../sources/contract.js'
import { identityPlan, limit, type PlanEdit } from '../../transforms/columns.js'
import type { Mask } from '../../transforms/mask.js'
import type { RowsDestination } from '../destination.js'
import type { ShapeOptions } from '../options/output.js'
import type { Session } from '../session.js'
import { escapeControls } from '../terminal/escape.js'
import { aligned } from '../terminal/page.js'
import { type Style, styleFor } from '../terminal/style.js'
import { type Cell, table } from '../terminal/table.js'
import { grouped, plural } from '../terminal/units.js'

/** How many rows a preview shows unless `--limit` says otherwise, and at most: they are held in memory. */
const PREVIEW_ROWS = 40
const MOST_ROWS = 1000

/** In characters: no cell of a table is wider than a screen, and none below a name longer than some screens. */
const LONGEST_CELL = 500
const LONGEST_VALUE = 10_000

const NUMBER = /^-?(\d+(\.\d+)?(e[+-]?\d+)?|NaN|Infinity)$/

/** How many rows a preview shows. */
export function previewRows(limit: number = PREVIEW_ROWS): number {
  return Math.min(limit, MOST_ROWS)
}

/**
 * The first rows of a result, held to be shown as a table. They pass through the TSV encoder, so that a cell looks
 * just as it will in a file, with its line breaks and tabs escaped.
 */
export class Preview {
  readonly sink: Sink
  readonly #vertical: boolean
  readonly #chunks: Buffer[] = []

  /** `vertical` shows each row as lines of names and values rather than as a line of a table. */
  constructor(vertical: boolean) {
    this.#vertical = vertical
    const collect = new Writable({
      write: (chunk: Buffer, _encoding, callback) => {
        this.#chunks.push(chunk)
        callback()
      },
    })
    this.sink = createSink('tsv', collect)
  }

  /** Lines of the table, and one about the rows and columns it leaves out. `total` is the number of rows that would be written. */
  render(
    report: Report,
    edits: readonly (PlanEdit | Mask)[],
    total: number | undefined,
    columns: number,
    style: Style,
  ): string[] {
    const text = Buffer.concat(this.#chunks).toString()
    const [names = [], ...rows] = parseTsv(text, this.#vertical ? LONGEST_VALUE : LONGEST_CELL)
    if (this.#vertical) {
      return [...records(names, rows, style), style.dim(footer(rows.length, report.limited, total, 0))]
    }
    const plan = edits.reduce(
      (edited, edit) => (edit.kind === 'plan' ? edit.apply(edited) : edit.planOf(edited)),
      identityPlan(report.schema),
    )
    const header = names.map((name, i) => {
      const numeric = report.schema.inferred
        ? rows.every((row) => row[i] === null || NUMBER.test(row[i] ?? ''))
        : KIND_FAMILY[plan.columns[i]!.type.kind] === 'number'
      return { name: name ?? '', align: numeric ? ('right' as const) : ('left' as const) }
    })
    const { lines, hidden } = table(header, rows, columns, style)
    return [...lines, style.dim(footer(rows.length, report.limited, total, hidden))]
  }
}

function footer(shown: number, limited: boolean, total: number | undefined, hidden: number): string {
  const parts = [plural(shown, 'row')]
  if (limited && total === undefined) parts.push('there may be more')
  if (limited && total !== undefined && total > shown) parts.push(`${grouped(total - shown)} more not shown`)
  if (hidden > 0) parts.push(`${plural(hidden, 'column')} not shown`)
  return parts.length > 1 ? `${parts.join(', ')}; -o FILE writes everything` : parts[0]!
}

/** Each row as its number and a line for each column, as `td` and `mysql` print them with `-G`. */
function records(names: readonly Cell[], rows: readonly Cell[][], style: Style): string[] {
  return rows.flatMap((row, i) => [
    style.bold(`*** row ${grouped(i + 1)} ***`),
    ...aligned(
      row.map((cell, at) => [names[at] ?? '', cell === null ? style.dim('NULL') : escapeControls(cell)]),
      style,
    ),
  ])
}

/** Cells of the TSV encoder; `\N` is NULL. Escapes stay: they can be shown. */
function parseTsv(text: string, longest: number): Cell[][] {
  const cut = (cell: string) => (cell.length > longest ? `${cell.slice(0, longest)}…` : cell)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map((cell) => (cell === '\\N' ? null : cut(cell))))
}

/** A run to preview. */
export interface Previewed {
  readonly source: Source
  readonly edits: readonly (PlanEdit | Mask)[]
  readonly run: PipelineOptions
  /** Rows of the whole result, where the run has learned that. */
  totalRows(): number | undefined
}

/** Reads the first rows of a source and prints them for people. Resolves with the report of that run. */
export async function showPreview(
  { source, edits, run, totalRows }: Previewed,
  { vertical }: RowsDestination & { kind: 'preview' },
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
