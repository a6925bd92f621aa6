import { readFileSync, writeFileSync } from 'node:fs'
import { ERROR_TABLE } from '../src/errors.js'

/** The page that shows the table of errors; everything between its two marks is made from the table. */
export const ERROR_PAGE = new URL('../docs/errors.md', import.meta.url)

const BEGIN = '<!-- table: npm run docs:errors -->'
const END = '<!-- end of table -->'

/** The page with its table made anew. */
export function renderErrorPage(page: string): string {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, { exitCode, retryable, meaning }]) =>
      `| ${exitCode} | \`${code}\` | ${meaning} | ${retryable ? 'yes' : 'no'} |`,
  )
  const table = ['| exit | code | meaning | may help to run again |', '|---:|---|---|---|', ...rows].join(
    '\n',
  )
  const head = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  return `${head}\n${table}\n${page.slice(page.indexOf(END))}`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(ERROR_PAGE, renderErrorPage(readFileSync(ERROR_PAGE, 'utf8')))
}
