import { resolve } from 'node:path'
import { readTextFile } from '../files/text.js'
import type { Context } from './context.js'

/** The text of an option, or with `@FILE` that of the file, which keeps a secret out of the list of processes. */
export async function textOrFile(option: string, context: Context): Promise<string>
export async function textOrFile(option: string | undefined, context: Context): Promise<string | undefined>
export async function textOrFile(option: string | undefined, { cwd }: Context): Promise<string | undefined> {
  if (!option?.startsWith('@')) return option
  const path = option.slice(1)
  return (await readTextFile(resolve(cwd, path), `the file ${path}`)).replace(/\r?\n$/, '')
}
