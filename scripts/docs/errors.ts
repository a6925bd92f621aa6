import { ERROR_TABLE } from '../../src/errors.js'
import { type Page, tableOf } from './page.js'

/** The table of errors. */
export const errors: Page = {
  path: 'docs/errors.md',
  render: () => {
    const rows = Object.entries(ERROR_TABLE).map(([code, { exitCode, retryable, meaning }]) => [
      `${exitCode}`,
      `\`${code}\``,
      meaning,
      retryable ? 'yes' : 'no',
    ])
    return tableOf(['exit', 'code', 'meaning', 'may help to run again'], rows)
  },
}
