import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ioError, SluiceError } from '../errors.js'
import { decodeText, encodingNamed, readTextFile } from '../files/text.js'
import { withoutBreak } from './arguments.js'
import type { Context } from './context.js'

/** Where the SQL of a query is, as the options say. */
export interface SqlOptions {
  /** The file of `-q`; `-` is stdin. */
  query?: string
  /** Of the file or of stdin. */
  encoding?: string
}

/** The SQL from the argument, from stdin where that is `-`, or from the file of `-q`. */
export async function readSql(
  argument: string | undefined,
  { query: file, encoding: name }: SqlOptions,
  context: Context,
): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new SluiceError('E_USAGE', 'the SQL is given twice: as an argument and with -q')
  }
  const given = argument ?? file
  if (given === undefined) {
    throw new SluiceError('E_USAGE', 'no SQL given', {
      hint: 'give it as an argument in quotes, with -q FILE, or as - to read it from stdin',
    })
  }
  const encoding = name === undefined ? undefined : encodingNamed(name)
  if (encoding !== undefined && argument !== undefined && argument !== '-') {
    throw new SluiceError('E_USAGE', '--encoding is for SQL from a file or from stdin')
  }
  const sql =
    given === '-'
      ? await readStdin(context, encoding)
      : argument === undefined
        ? await readSqlFile(given, encoding, context)
        : withoutBreak(argument)
  if (sql.trim() === '') throw new SluiceError('E_USAGE', 'the SQL is empty')
  return sql
}

async function readStdin(context: Context, encoding: string | undefined): Promise<string> {
  const { signal } = context
  const stdin = context.stdin()
  const stop = () => stdin.destroy(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return decodeText(await buffer(stdin), 'the SQL on stdin', encoding)
  } catch (error) {
    throw ioError(error, 'stdin')
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function readSqlFile(path: string, encoding: string | undefined, { cwd }: Context): Promise<string> {
  return readTextFile(resolve(cwd, path), `the SQL file ${path}`, encoding)
}
