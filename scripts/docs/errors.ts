import { type Advice, ERROR_TABLE, type ErrorMeaning } from '../../src/error-table.js'
import { type Page, tableOf } from './page.js'

/** The table of errors. */
export const errors: Page = {
  path: 'docs/errors.md',
  render: () => {
    const rows = Object.entries<ErrorMeaning>(ERROR_TABLE).map(([code, row]) => [
      `${row.exitCode}`,
      `\`${code}\``,
      row.meaning,
      row.transient ? 'repeated' : row.retryable ? 'yes' : 'no',
      row.job,
      row.bytes,
      textOf(row.advice),
    ])
    const head = ['exit', 'code', 'meaning', 'run again', 'job', 'bytes', 'what to type next']
    return tableOf(head, rows)
  },
}

function textOf(advice: Advice): string {
  if (advice === null || typeof advice === 'string') return advice ?? ''
  const [withoutJob, withJob] = advice
  const shown = withJob.replaceAll('{job}', 'JOB_ID')
  return withoutJob === null ? shown : `${withoutJob}<br>with a job: ${shown}`
}
