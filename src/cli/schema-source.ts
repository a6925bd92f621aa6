import { resolve } from 'node:path'
import { ioError, SluiceError } from '../errors.js'
import { readPlainFile } from '../files/plain-file.js'
import { schemaFilesFor } from '../sinks/formats/schema-file.js'
import type { ConnectionOptions } from './options/connection.js'
import type { SchemaOptions } from './options/schema.js'
import { schemaTextIn } from './schema-text.js'
import type { Session } from './session.js'
import { textOrFile } from './text-or-file.js'

/**
 * The schema of a local input as the options say, or else as the file beside it does; undefined if it is unknown. The
 * `input` is a path, or `-` for stdin.
 */
export async function schemaFor(
  input: string,
  options: SchemaOptions & ConnectionOptions,
  session: Session,
): Promise<string | undefined> {
  const { schema, schemaOf } = options
  if (schema !== undefined && schemaOf !== undefined)
    throw new SluiceError('E_USAGE', '--schema and --schema-of exclude each other')
  if (schemaOf !== undefined) return schemaOfJob(schemaOf, options, session)
  if (schema === undefined) return input === '-' ? undefined : schemaBeside(input, session)
  const text = await textOrFile(schema, session.context)
  const found = schemaTextIn(text)
  if (found !== undefined) return found
  const what = schema.startsWith('@') ? `the file ${schema.slice(1)}` : 'the text of --schema'
  throw new SluiceError('E_SCHEMA', `${what} holds no schema`, {
    hint: 'it is [["time","bigint"],…], a report of msgpack, or what td-sluice show JOB_ID --json prints',
  })
}

async function schemaOfJob(jobId: string, options: ConnectionOptions, session: Session): Promise<string> {
  const { withClient } = await import('./with-client.js')
  const { signal } = session.context
  const record = await withClient(options, session, ({ jobs }) => jobs.show(jobId, { signal }))
  if (record.hiveResultSchema !== null) return record.hiveResultSchema
  throw new SluiceError('E_SCHEMA', `job ${jobId} is ${record.status} and has no schema`, { jobId })
}

async function schemaBeside(input: string, { context, reporter }: Session): Promise<string | undefined> {
  for (const path of schemaFilesFor(input)) {
    const text = await readIfThere(resolve(context.cwd, path), path)
    const schema = text === undefined ? undefined : schemaTextIn(text)
    if (schema !== undefined) {
      reporter.detail(`names and types are those in ${path}`)
      return schema
    }
  }
  return undefined
}

async function readIfThere(path: string, name: string): Promise<string | undefined> {
  const found = await readPlainFile(path).catch((error) => {
    throw ioError(error, `the schema file ${name}`)
  })
  return typeof found === 'string' ? undefined : found.text
}
