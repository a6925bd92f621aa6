import { resolve } from 'node:path'
import { ioError, reworded, SluiceError } from '../errors.js'
import { decodeText, encodingNamed, readTextFile } from '../files/text.js'
import { isEmptySql } from '../sql/tokens.js'
import { withoutBreak } from './arguments.js'
import type { Context } from './context.js'
import type { Session } from './session.js'
import { shellQuoted } from './terminal/shell.js'

/** Where the SQL of a query is, as the options say. */
export interface SqlOptions {
  /** The file of `-q`; `-` is stdin. */
  query?: string
  /** Of the file or of stdin. */
  encoding?: string
}

/** How long stdin may stay silent, in milliseconds. */
interface Patience {
  /** Until the user is told what is read. */
  readonly noteMs: number
  /** Time until the pipe counts as one without a writer, if the SQL was not said to come from stdin. */
  readonly giveUpMs: number
}

const PATIENCE: Patience = { noteMs: 1000, giveUpMs: 60_000 }

const HOW_TO_GIVE_SQL =
  'give it as an argument in quotes, with -q FILE, in a pipe, or as - to read it from stdin'

/**
 * The SQL from the argument, from the file of `-q`, or from stdin: where one of them is `-`, or where neither is given and
 * stdin is a pipe or a file.
 */
export async function readSql(
  argument: string | undefined,
  { query: file, encoding: name }: SqlOptions,
  session: Session,
  patience = PATIENCE,
): Promise<string> {
  const { context } = session
  if (argument !== undefined && file !== undefined) {
    throw new SluiceError('E_USAGE', 'the SQL is given twice: as an argument and with -q')
  }
  const given = argument ?? file
  if (given === undefined && !context.stdinIsGiven()) throw noSql()
  const encoding = name === undefined ? undefined : encodingNamed(name)
  if (encoding !== undefined && argument !== undefined && argument !== '-') {
    throw new SluiceError('E_USAGE', '--encoding is for SQL from a file or from stdin')
  }
  if (given === undefined) {
    const sql = decoded(await readStdin(session, patience.noteMs, patience.giveUpMs), encoding)
    if (sql.trim() === '') throw noSql(': stdin is empty')
    return nonEmpty(sql)
  }
  const sql =
    given === '-'
      ? decoded(await readStdin(session, patience.noteMs), encoding)
      : argument === undefined
        ? await readSqlFile(given, encoding, context)
        : withoutBreak(notFile(argument))
  return nonEmpty(sql)
}

function nonEmpty(sql: string): string {
  if (!isEmptySql(sql)) return sql
  const why = sql.trim() === '' ? 'empty' : 'empty: it has nothing but comments'
  throw new SluiceError('E_USAGE', `the SQL is ${why}`, { hint: HOW_TO_GIVE_SQL })
}

/** No SQL is one word that ends as the name of a file does. */
function notFile(argument: string): string {
  if (!/^\S+\.(?:sql|hql|presto|trino)$/i.test(argument)) return argument
  throw new SluiceError('E_USAGE', `the SQL is the name of a file: ${argument}`, {
    hint: `-q reads the SQL from a file: -q ${shellQuoted(argument)}`,
  })
}

function noSql(why = ''): SluiceError {
  return new SluiceError('E_USAGE', `no SQL given${why}`, { hint: HOW_TO_GIVE_SQL })
}

/** All of stdin. `giveUpMs` is how long to wait for the first of it. */
async function readStdin({ context, reporter }: Session, noteMs: number, giveUpMs?: number): Promise<Buffer> {
  const { signal, stdinIsTerminal } = context
  const stdin = context.stdin()
  const stop = () => stdin.destroy(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (stdinIsTerminal) reporter.info('type the SQL and end it with Ctrl-D')
  const note = stdinIsTerminal
    ? undefined
    : setTimeout(() => reporter.info('reading the SQL from stdin'), noteMs)
  const end =
    giveUpMs === undefined
      ? undefined
      : setTimeout(() => {
          stdin.destroy(noSql(`: nothing has come on stdin for ${Math.round(giveUpMs / 1000)} s`))
        }, giveUpMs)
  const came = () => {
    clearTimeout(note)
    clearTimeout(end)
  }
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stdin) {
      came()
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw ioError(error, 'stdin')
  } finally {
    came()
    signal.removeEventListener('abort', stop)
  }
}

function decoded(bytes: Buffer, encoding: string | undefined): string {
  try {
    return decodeText(bytes, 'the SQL on stdin', encoding)
  } catch (error) {
    throw withEncoding(error, encoding)
  }
}

async function readSqlFile(path: string, encoding: string | undefined, { cwd }: Context): Promise<string> {
  try {
    return await readTextFile(resolve(cwd, path), `the SQL file ${path}`, encoding)
  } catch (error) {
    const isMistaken = error instanceof SluiceError && error.code === 'E_IO' && /\s/.test(path)
    throw isMistaken
      ? reworded(error, { hint: "-q names a file; SQL itself is an argument: td-sluice query 'select 1'" })
      : withEncoding(error, encoding)
  }
}

/** What could not be decoded is `E_USAGE`. */
function withEncoding(error: unknown, encoding: string | undefined): unknown {
  const isUnnamed = error instanceof SluiceError && error.code === 'E_USAGE' && encoding === undefined
  return isUnnamed
    ? reworded(error, { hint: 'save it as UTF-8, or name its encoding, such as --encoding cp932' })
    : error
}
