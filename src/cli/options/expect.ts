import { InvalidArgumentError } from 'commander'
import type { Expectations } from '../../pipeline/gates/expectations.js'
import { adding } from './repeats.js'

const FORM =
  'Expectations are rows>=1, rows<=1000, rows=10, not_null(a,b), unique(a), unique((a,b)) for one key of both, or columns(a,b).'

/** Bounds of the number of rows: `rows>=1`. */
const ROWS = /^rows\s*(>=|<=|==?)\s*(\d{1,15})$/

/** A check of columns: `not_null(a,b)`. */
const CHECK = /^(not_null|unique|columns)\s*\((.*)\)$/s

/** A name with a separator in it is quoted, as in CSV; blanks around a name are dropped. */
const ITEM = /\s*(?:"((?:[^"]|"")*)"|([^\s",()](?:[^",()]*[^\s",()])?))\s*/y

/**
 * `--expect`: one check each time, such as `rows>=1`. Names that hold commas, parentheses or quotes are quoted as in CSV:
 * `not_null("a,b")`.
 */
export const expectations = adding<Expectations>((text, previous = {}) => {
  const trimmed = text.trim()
  const [, comparison, count] = ROWS.exec(trimmed) ?? []
  if (comparison !== undefined) return withRows(previous, comparison, Number(count))
  const [, check, list] = CHECK.exec(trimmed) ?? []
  if (check === undefined || list === undefined) throw new InvalidArgumentError(FORM)
  const items = itemsOf(list)
  if (check === 'unique') return { ...previous, unique: [...(previous.unique ?? []), ...items] }
  const names = items.map((item) => {
    if (typeof item !== 'string') throw new InvalidArgumentError(FORM)
    return item
  })
  if (check === 'not_null') return { ...previous, notNull: [...(previous.notNull ?? []), ...names] }
  if (previous.columns !== undefined) throw new InvalidArgumentError('The columns are told twice.')
  return { ...previous, columns: names }
})

function withRows(previous: Expectations, comparison: string, count: number): Expectations {
  const { rows = {} } = previous
  const bounds = { ...(comparison !== '<=' && { min: count }), ...(comparison !== '>=' && { max: count }) }
  const twice = Object.keys(bounds).some((bound) => Object.hasOwn(rows, bound))
  if (twice) throw new InvalidArgumentError('The same bound of the rows is told twice.')
  return { ...previous, rows: { ...rows, ...bounds } }
}

/** Names, and lists of names in parentheses. */
function itemsOf(text: string): (string | string[])[] {
  const items: (string | string[])[] = []
  for (let at = 0; ; at++) {
    const [group] = /^\s*\(/.exec(text.slice(at)) ?? []
    if (group !== undefined) {
      const key: string[] = []
      at += group.length - 1
      do {
        at = take(text, at + 1, key)
      } while (text[at] === ',')
      const [close] = /^\)\s*/.exec(text.slice(at)) ?? []
      if (close === undefined) throw new InvalidArgumentError(FORM)
      at += close.length
      items.push(key)
    } else {
      at = take(text, at, items)
    }
    if (at === text.length) return items
    if (text[at] !== ',') throw new InvalidArgumentError(FORM)
  }
}

/** Takes the name at `at`; returns where it ends. */
function take(text: string, at: number, names: (string | string[])[]): number {
  ITEM.lastIndex = at
  const [whole, quoted, plain] = ITEM.exec(text) ?? []
  const name = quoted?.replaceAll('""', '"') ?? plain ?? ''
  if (whole === undefined || name === '') throw new InvalidArgumentError(FORM)
  names.push(name)
  return at + whole.length
}
