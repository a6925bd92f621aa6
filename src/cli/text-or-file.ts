import { resolve } from 'node:path'
import { SluiceError } from '../errors.js'
import { readTextFile } from '../files/text.js'
import { holdsSecret, looksLikeTarget } from '../secrets/export-target.js'
import type { Context } from './context.js'
import type { Session } from './session.js'

/** The text of an option, or with `@FILE` that of the file, which keeps a secret out of the list of processes. */
export async function textOrFile(option: string, context: Context): Promise<string>
export async function textOrFile(option: string | undefined, context: Context): Promise<string | undefined>
export async function textOrFile(option: string | undefined, { cwd }: Context): Promise<string | undefined> {
  if (!option?.startsWith('@')) return option
  const path = option.slice(1)
  if (looksLikeTarget(path)) {
    throw new SluiceError('E_USAGE', 'after @ comes the name of a file, not a URL')
  }
  return (await readTextFile(resolve(cwd, path), `the file ${path}`)).replace(/\r?\n$/, '')
}

/** The same for an export target, or the settings of one, with a word to the user who gives a secret as an argument. */
export async function targetOrFile(
  option: string | undefined,
  { context, reporter }: Session,
): Promise<string | undefined> {
  if (option !== undefined && !option.startsWith('@') && holdsSecret(option)) {
    const message =
      'every user of this machine can see the secret in an argument; write the target into a file and give @FILE'
    reporter.progress({ type: 'notice', code: 'N_SECRET_ARGUMENT', message })
  }
  return textOrFile(option, context)
}
