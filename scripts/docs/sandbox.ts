import { HIVE, SHARED } from '../../src/sandbox/engine/functions/hive.js'
import { RULES } from '../../src/sandbox/engine/functions/index.js'
import { isRefused, type Rule } from '../../src/sandbox/engine/functions/rule.js'
import { type Page, tableOf } from './page.js'

/** Signatures of one page, the forms of a function together. */
function functionsOf(rules: readonly Rule[]): string {
  const byName = new Map<string, string[]>()
  for (const { name, signature } of rules) {
    const [, inner = '', returns = ''] = /^\w+\((.*)\) -> (.*)$/.exec(signature) ?? []
    const shown = `(${inner}) → ${returns.replace(/^arg(\d)$/, 'the type of argument $1')}`
    byName.set(name, [...(byName.get(name) ?? []), shown])
  }
  const rows = [...byName].sort(([a], [b]) => (a < b ? -1 : 1))
  return tableOf(
    ['function', 'forms'],
    rows.map(([name, forms]) => [`\`${name}\``, forms.map((form) => `\`${form}\``).join('<br>')]),
  )
}

const titleOf = (page: string) =>
  page.startsWith('http')
    ? `[Treasure Data](${page})`
    : `[${page.replace('functions/', '')}](https://trino.io/docs/current/${page}.html)`

/** The SQL that the sandbox runs: its table of functions, by page. */
export const sandbox: Page = {
  path: 'docs/sandbox.md',
  render: () => {
    const pages = [...new Set(RULES.map(({ page }) => page))]
    const parts = pages.map((page) => {
      const rules = RULES.filter((rule) => rule.page === page && !isRefused(rule))
      return `#### ${titleOf(page)}\n\n${functionsOf(rules)}`
    })
    const refused = [...new Set(RULES.filter(isRefused).map(({ name }) => `\`${name}\``))].sort()
    const hive = [...new Set(HIVE.map(({ name }) => name))].sort().map((name) => `\`${name}\``)
    const shared = [...SHARED].sort().map((name) => `\`${name}\``)
    return [
      ...parts,
      '#### Conditions and conversions\n\n`CASE`, `if`, `coalesce`, `nullif`, `try`, `CAST`, `TRY_CAST`, `typeof`, `format`, `EXTRACT`, `AT TIME ZONE`, `json_exists`, `json_query`, `json_value`, `json_object`, `json_array`, `TD_SESSIONIZE`, `TD_SESSIONIZE_WINDOW`.',
      `#### Refused by name\n\n${refused.join(', ')}.`,
      `#### Hive\n\nIts own: ${hive.join(', ')}. The same as in Trino: ${shared.join(', ')}. \`array\`, \`map\`, \`named_struct\`, \`nvl\`, \`if\`, \`coalesce\`, \`nullif\`, and the TD functions.`,
    ].join('\n\n')
  },
}
