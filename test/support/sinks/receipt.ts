import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECEIPT_NAME, type Receipt } from '../../../src/sinks/partition/receipt.js'

/** The files that readers see below a folder, save its receipt. */
export function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const files = found.filter(({ name }) => !name.startsWith('.') && name !== RECEIPT_NAME)
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

export const receiptIn = (folder: string): Receipt =>
  JSON.parse(readFileSync(join(folder, RECEIPT_NAME), 'utf8'))

/** What is wrong with a folder that has a receipt; nothing where there is none. */
export function wrongIn(folder: string): string[] {
  if (!existsSync(join(folder, RECEIPT_NAME))) return []
  const { files } = receiptIn(folder)
  const wrong = files.filter(({ path, bytes, sha256 }) => {
    const text = existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : Buffer.of()
    return text.length !== bytes || createHash('sha256').update(text).digest('hex') !== sha256
  })
  const named = new Set(files.map(({ path }) => path))
  return [...wrong.map(({ path }) => path), ...filesIn(folder).filter((path) => !named.has(path))]
}
