import { escapeControls } from '../terminal/escape.js'
import { grouped } from '../terminal/units.js'
import { truncate, width } from '../terminal/width.js'
import { progressLine } from './line.js'
import type { RunState } from './run-state.js'

type Phase = 'waiting' | 'at work' | 'complete' | 'failed'

const MARKS: Readonly<Record<Phase, readonly [unicode: string, ascii: string]>> = {
  waiting: ['·', '.'],
  'at work': ['▸', '>'],
  complete: ['✔', '+'],
  failed: ['✘', 'x'],
}

/** Which lines stay where there is no room for all. */
const RANKS: readonly Phase[] = ['at work', 'failed', 'waiting', 'complete']

/** A line for each of many exports, and what they have come to where there is no room for all. */
export class LiveExports {
  readonly #lines: readonly LiveExport[]

  constructor(labels: readonly string[]) {
    this.#lines = labels.map((label) => new LiveExport(label))
  }

  /** The line of the `i`th. */
  line(i: number): LiveExport {
    return this.#lines[i]!
  }

  /** At most `most` lines of at most `columns` cells. */
  text(columns: number, most: number, unicode: boolean): string {
    const isWhole = this.#lines.length <= most
    const shown = isWhole ? this.#lines : this.#mostImportant(most - 1)
    const labelWidth = Math.min(
      Math.floor(columns / 2),
      Math.max(0, ...shown.map(({ label }) => width(label))),
    )
    const lines = shown.map((line) => line.text(columns, labelWidth, unicode))
    return [...lines, ...(isWhole ? [] : [truncate(this.#counts(), columns)])].join('\n')
  }

  #mostImportant(count: number): LiveExport[] {
    const chosen = new Set<LiveExport>()
    for (const phase of RANKS) {
      for (const line of this.#lines) {
        if (chosen.size >= count) break
        if (line.phase === phase) chosen.add(line)
      }
    }
    return this.#lines.filter((line) => chosen.has(line))
  }

  /** `3 of 120 complete, 4 at work, 113 waiting` */
  #counts(): string {
    const of = (phase: Phase) => this.#lines.filter((line) => line.phase === phase).length
    const rest = (['failed', 'at work', 'waiting'] as const).filter((phase) => of(phase) > 0)
    const complete = `${grouped(of('complete'))} of ${grouped(this.#lines.length)} complete`
    return [complete, ...rest.map((phase) => `${grouped(of(phase))} ${phase}`)].join(', ')
  }
}

/** Progress of one export. */
export class LiveExport {
  readonly label: string
  #state: RunState | undefined
  #end: { readonly phase: Phase; readonly text: string } | undefined

  constructor(label: string) {
    this.label = escapeControls(label)
  }

  get phase(): Phase {
    return this.#end?.phase ?? (this.#state === undefined ? 'waiting' : 'at work')
  }

  /** @param state what is known of it, which goes on to change */
  begin(state: RunState): void {
    this.#state = state
  }

  end(phase: 'complete' | 'failed', text: string): void {
    this.#end = { phase, text }
  }

  /** One line, with the label `labelWidth` cells wide. */
  text(columns: number, labelWidth: number, unicode: boolean): string {
    const { phase } = this
    const label = truncate(this.label, labelWidth)
    const head = `${MARKS[phase][unicode ? 0 : 1]} ${label}${' '.repeat(labelWidth - width(label))}  `
    const left = columns - width(head)
    if (left < 1) return truncate(head.trimEnd(), columns)
    if (this.#end !== undefined) return head + truncate(this.#end.text, left)
    return (
      head +
      (this.#state === undefined ? truncate(phase, left) : progressLine(this.#state.line, left, unicode))
    )
  }
}
