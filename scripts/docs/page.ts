import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BEGIN = '<!-- generated: npm run docs -->'
const END = '<!-- end of generated -->'

/** A page of the documentation with a part between two marks that is generated from the code. */
export interface Page {
  /** From the root of the project. */
  readonly path: string
  /** The Markdown between the marks. */
  render(): string | Promise<string>
}

/** A page's file, its text, and the text with the generated part made anew. */
export async function renewed(page: Page): Promise<{ file: string; before: string; after: string }> {
  const file = join(ROOT, page.path)
  const before = readFileSync(file, 'utf8')
  const head = before.slice(0, before.indexOf(BEGIN) + BEGIN.length)
  return { file, before, after: `${head}\n${await page.render()}\n${before.slice(before.indexOf(END))}` }
}

/** A Markdown table. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
