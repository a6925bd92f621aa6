import { stat, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SluiceError } from '../../errors.js'
import { nasdaq, wwwAccess } from './sample-tables.js'

/** A table made from a local file. */
export interface FileTable {
  /** `database.table`, or `table` for one in `sample_datasets`. */
  readonly name: string
  /** A Parquet, CSV, TSV or NDJSON file, plain or compressed. */
  readonly file: string
}

export const SAMPLE_DATABASE = 'sample_datasets'

/** A view: the rows are computed, or read from their file, by each query anew. */
export interface TableView {
  readonly database: string
  readonly table: string
  readonly sql: string
  /** The file the view has to be allowed to read. */
  readonly file?: string
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`

function readerOf(file: string): string {
  const plain = file.toLowerCase().replace(/\.(gz|zst)$/, '')
  if (plain.endsWith('.parquet')) return 'read_parquet'
  if (/\.(csv|tsv|txt)$/.test(plain)) return 'read_csv'
  if (/\.(ndjson|jsonl|json)$/.test(plain)) return 'read_json'
  throw new SluiceError(
    'E_USAGE',
    `the sandbox makes tables of Parquet, CSV, TSV and JSON files, not of ${file}`,
  )
}

/** Queries read a file by a link to it, so that nothing they can look at tells where it lies. */
async function linkTo(path: string, link: string): Promise<string> {
  try {
    await symlink(path, link)
    return link
  } catch {
    // Windows lets few users make links.
    return path
  }
}

async function fileView({ name, file }: FileTable, link: string): Promise<TableView> {
  const [database, table] = name.includes('.') ? name.split('.', 2) : [SAMPLE_DATABASE, name]
  if (!database || !table || name.split('.').length > 2)
    throw new SluiceError('E_USAGE', `not a table name: ${name}; write table or database.table`)
  const path = resolve(file)
  const reader = readerOf(path)
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw new SluiceError('E_USAGE', `there is no file ${file} for the table ${name}`)
  const extension = /(?:\.[a-z]+)?(?:\.(?:gz|zst))?$/i.exec(path)![0]
  const read = await linkTo(path, `${link}${extension}`)
  return { database, table, sql: `SELECT * FROM ${reader}(${quoteText(read)})`, file: path }
}

/** The sample tables and those of the user, with links in `folder`. Throws `E_USAGE` for a name or file that will not do. */
export async function tableViews(
  rows: number,
  nasdaqRows: number,
  tables: readonly FileTable[],
  folder: string,
): Promise<TableView[]> {
  return [
    { database: SAMPLE_DATABASE, table: 'www_access', sql: wwwAccess(rows) },
    { database: SAMPLE_DATABASE, table: 'nasdaq', sql: nasdaq(nasdaqRows) },
    ...(await Promise.all(tables.map((table, i) => fileView(table, join(folder, `table-${i}`))))),
  ]
}
