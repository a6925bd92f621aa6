import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { ioError, SluiceError } from '../errors.js'
import type { Context } from './context.js'

/** The SQL from the argument, from stdin where that is `-`, or from the file of `-q`. */
export async function readSql(
  argument: string | undefined,
  file: string | undefined,
  context: Context,
): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new SluiceError('E_USAGE', 'the SQL is given twice: as an argument and with -q')
  }
  const given = argument ?? file
  if (given === undefined) {
    throw new SluiceError('E_USAGE', 'there is no SQL', {
      hint: 'give it as an argument in quotes, with -q FILE, or as - to read it from stdin',
    })
  }
  const sql = given === '-' ? await readStdin(context) : (argument ?? (await readSqlFile(given, context)))
  if (sql.trim() === '') throw new SluiceError('E_USAGE', 'the SQL is empty')
  return sql
}

async function readStdin(context: Context): Promise<string> {
  const { signal } = context
  const stdin = context.stdin()
  const stop = () => stdin.destroy(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await text(stdin)
  } catch (error) {
    throw ioError(error, 'stdin')
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function readSqlFile(path: string, { cwd }: Context): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8')
  } catch (error) {
    throw ioError(error, `the SQL file ${path}`)
  }
}
