import type { DiffExample, TableDiff } from '../../inspect/diff/table-diff.js'
import { escapeControls } from '../terminal/escape.js'
import { aligned } from '../terminal/page.js'
import type { Style } from '../terminal/style.js'
import { grouped, plural } from '../terminal/units.js'

/** A value in a line, in characters. */
const LONGEST_VALUE = 60

/** Output of `diff` for people. */
export function diffText(names: readonly [string, string], found: TableDiff, style: Style): string[] {
  const [a, b] = names
  const { rows, columns, equal, key } = found
  const lines = [
    `${style.bold(escapeControls(a))}  ${plural(rows.a, 'row')}`,
    `${style.bold(escapeControls(b))}  ${plural(rows.b, 'row')}`,
    '',
  ]
  if (equal) return [...lines, style.green(`equal: ${plural(rows.compared, 'row')} compared${byKey(key)}`)]
  return [
    ...lines,
    ...schemaLines(found, names, style),
    style.bold('Rows'),
    ...aligned(
      [
        ['compared', `${grouped(rows.compared)}${byKey(key)}`],
        ['different', grouped(rows.different)],
        ['only in A', `${grouped(rows.onlyA)}${keysText(rows.keysOnlyA)}`],
        ['only in B', `${grouped(rows.onlyB)}${keysText(rows.keysOnlyB)}`],
      ],
      style,
    ),
    ...columns.flatMap(({ column, different, nullsOnlyA, nullsOnlyB, examples }) => [
      '',
      `${style.bold(escapeControls(column))}  ${plural(different, 'value')} different${nullsText(nullsOnlyA, 'A')}${nullsText(nullsOnlyB, 'B')}`,
      ...examples.map((example) => exampleLine(example, style)),
    ]),
  ]
}

/** One line for the failure. */
export function diffSummary({ rows, columns, schema }: TableDiff): string {
  const { onlyA, onlyB, types, reordered } = schema
  const parts = [
    ...(onlyA.length + onlyB.length > 0
      ? [`${plural(onlyA.length + onlyB.length, 'column')} only in one`]
      : []),
    ...(types.length > 0 ? [`${plural(types.length, 'type')} different`] : []),
    ...(reordered ? ['columns in another order'] : []),
    ...(rows.onlyA + rows.onlyB > 0 ? [`${plural(rows.onlyA + rows.onlyB, 'row')} only in one`] : []),
    ...(rows.different > 0
      ? [`${plural(rows.different, 'row')} different in ${plural(columns.length, 'column')}`]
      : []),
  ]
  return parts.join(', ')
}

function byKey(key: TableDiff['key']): string {
  return key === null ? ' in their order' : ` by ${key.map(escapeControls).join(', ')}`
}

function schemaLines({ schema }: TableDiff, names: readonly [string, string], style: Style): string[] {
  const { onlyA, onlyB, types, reordered } = schema
  const lines = [
    ...onlyA.map((name) => `only in ${names[0]}: ${name}`),
    ...onlyB.map((name) => `only in ${names[1]}: ${name}`),
    ...types.map(({ column, a, b }) => `${column}: ${a} in A, ${b} in B`),
    ...(reordered ? ['the columns of both are in another order'] : []),
  ]
  return lines.length === 0
    ? []
    : [style.bold('Columns'), ...lines.map((line) => `  ${escapeControls(line)}`), '']
}

function nullsText(count: number, side: string): string {
  return count === 0 ? '' : `, ${grouped(count)} NULL only in ${side}`
}

/** Of five keys there may be more. */
function keysText(keys: readonly (readonly (string | null)[])[]): string {
  if (keys.length === 0) return ''
  return `: ${[...keys.map(keyText), ...(keys.length < 5 ? [] : ['…'])].join(', ')}`
}

function keyText(key: readonly (string | null)[]): string {
  return key.map((part) => valueText(part)).join('/')
}

function exampleLine({ at, a, b }: DiffExample, style: Style): string {
  const where = typeof at === 'number' ? `row ${grouped(at)}` : keyText(at)
  return `  ${style.dim(where)}  ${valueText(a)} → ${valueText(b)}`
}

/** NULL bare, texts in quotes where that tells them from it. */
function valueText(value: string | null): string {
  if (value === null) return 'NULL'
  const text = escapeControls(value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value)
  return text === '' || text === 'NULL' || /^\s|\s$/.test(text) ? JSON.stringify(text) : text
}
