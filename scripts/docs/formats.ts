import { FORMAT_NAMES, FORMATS, OPTION_ROWS, type OptionRow } from '../../src/model/formats.js'
import { defaultText } from '../../src/model/option-values.js'
import { type Page, tableOf } from './page.js'

/** The formats and their options, made from the tables in src/model/formats.ts. */
export const formats: Page = {
  path: 'docs/formats.md',
  render: () => `## Formats\n${formatTable()}\n\n## Options\n${optionTable()}`,
}

function formatTable(): string {
  const rows = FORMAT_NAMES.map((format) => {
    const { extensions, content } = FORMATS[format]
    return [format, extensions.map(code).join(' '), content]
  })
  return tableOf(['name', 'end of the path', 'what is written'], rows)
}

function optionTable(): string {
  const rows = OPTION_ROWS.map(([name, row]) => [
    code(name),
    row.flag === undefined ? '' : code(row.flag.split(' ')[0]!),
    row.key === undefined ? '' : code(row.key),
    row.formats.length === FORMAT_NAMES.length ? 'all' : row.formats.join(', '),
    `${row.help}${choicesText(row)}`,
    defaultText(row) ?? '',
  ])
  return tableOf(['library', 'command', 'manifest', 'formats', 'meaning', 'default'], rows)
}

function choicesText({ choices, choicesIn = {} }: OptionRow): string {
  if (choices === undefined) return ''
  const narrowed = Object.entries(choicesIn).map(
    ([format, some]) => `; ${format}: ${some.map(code).join(', ')}`,
  )
  return `: ${choices.map(code).join(', ')}${narrowed.join('')}`
}

function code(text: string): string {
  return `\`${text}\``
}
