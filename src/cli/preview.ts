import { Writable } from 'node:stream'
import type { Report } from '../pipeline.js'
import type { Sink } from '../sinks/index.js'
import { createSink } from '../sinks/index.js'
import type { PlanEdit } from '../transforms/index.js'
import { identityPlan } from '../transforms/plan.js'
import type { Style } from './terminal/style.js'
import { type Cell, table } from './terminal/table.js'
import { count, plural } from './terminal/units.js'

/** How many rows a preview shows at most. */
export const PREVIEW_ROWS = 40

/** No cell is shown wider than a screen. */
const LONGEST_CELL = 500

const NUMERIC = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal'])
const NUMBER = /^-?(\d+(\.\d+)?(e[+-]?\d+)?|NaN|Infinity)$/

/**
 * The first rows of a result, held to be shown as a table. They pass through the TSV encoder, so that a cell looks
 * just as it will in a file, with its line breaks and tabs escaped.
 */
export class Preview {
  readonly sink: Sink
  readonly #chunks: Buffer[] = []

  constructor() {
    const collect = new Writable({
      write: (chunk: Buffer, _encoding, callback) => {
        this.#chunks.push(chunk)
        callback()
      },
    })
    this.sink = createSink('tsv', collect)
  }

  /** Lines of the table and of what is not in it. `total` is the number of rows that would be written. */
  render(
    report: Report,
    edits: readonly PlanEdit[],
    total: number | undefined,
    columns: number,
    style: Style,
  ): string[] {
    const [names = [], ...rows] = parseTsv(Buffer.concat(this.#chunks).toString())
    const plan = edits.reduce((edited, edit) => edit.apply(edited), identityPlan(report.schema))
    const header = names.map((name, i) => {
      const numeric = report.schema.inferred
        ? rows.every((row) => row[i] === null || NUMBER.test(row[i] ?? ''))
        : NUMERIC.has(plan.columns[i]!.type.kind)
      return { name: name ?? '', align: numeric ? ('right' as const) : ('left' as const) }
    })
    const { lines, hidden } = table(header, rows, columns, style)
    return [...lines, style.dim(footer(rows.length, report.limited, total, hidden))]
  }
}

function footer(shown: number, limited: boolean, total: number | undefined, hidden: number): string {
  const parts = [plural(shown, 'row')]
  if (limited && total === undefined) parts.push('there may be more')
  if (limited && total !== undefined && total > shown) parts.push(`${count(total - shown)} more not shown`)
  if (hidden > 0) parts.push(`${plural(hidden, 'column')} not shown`)
  return parts.length > 1 ? `${parts.join(', ')}; -o FILE writes everything` : parts[0]!
}

/** What the TSV encoder writes; `\N` is NULL. Escapes stay as they are: they are what can be shown. */
function parseTsv(text: string): Cell[][] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map((cell) => (cell === '\\N' ? null : cell.slice(0, LONGEST_CELL))))
}
