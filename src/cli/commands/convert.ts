import { resolve } from 'node:path'
import type { Command } from 'commander'
import { SluiceError } from '../../errors.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { outputOptions } from '../options/output.js'
import { type SchemaOptions, schemaOptions } from '../options/schema.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { WriteOptions } from '../write-result.js'

type ConvertOptions = WriteOptions & SchemaOptions & ConnectionOptions

export function convertCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'convert',
    description:
      'Write a local msgpack file, gzipped or not, in another format. Works offline. The names and types of its columns ' +
      'come from an option or from the file FILE.schema.json beside it, which msgpack output writes.',
    examples: [
      'td-sluice convert result.msgpack.gz -o result.csv',
      `td-sluice convert result.msgpack.gz --schema '[["time","bigint"],["path","varchar"]]' -o result.ndjson`,
      'td-sluice convert result.msgpack.gz --schema-of 123456 -o result.parquet',
      'curl … | td-sluice convert - --schema @report.json -f csv | head',
    ],
  }).argument('<file>', 'a file of msgpack rows; - is stdin')
  connectionOptions(outputOptions(schemaOptions(command))).action(async (path: string) => {
    const options = command.optsWithGlobals<ConvertOptions>()
    const { context } = session
    const { writeResult } = await import('../write-result.js')
    const { schemaFor } = await import('../schema-source.js')
    const { inputPlaces } = await import('../places.js')
    const { requireLocalPath } = await import('../../files/url-text.js')
    requireLocalPath(path, 'convert')
    const { isJobId } = await import('../data-place.js')
    if (await isJobId(path, context))
      throw new SluiceError('E_USAGE', `there is no file ${path}`, {
        hint: `td-sluice dump ${path} writes the result of a job`,
      })
    const schema = await schemaFor(path, options, session)
    const inputs = inputPlaces(path, options, context)
    if (path === '-') {
      const { stdin } = await import('../../sources/local.js')
      await writeResult(stdin({ schema, stream: context.stdin() }), options, session, { inputs })
    } else {
      const { file } = await import('../../sources/local.js')
      await writeResult(file(resolve(context.cwd, path), { schema }), options, session, { inputs })
    }
  })
}
