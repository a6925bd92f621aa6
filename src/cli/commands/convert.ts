import { resolve } from 'node:path'
import type { Command } from 'commander'
import { outputOptions } from '../options/output.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { WriteOptions } from '../write-result.js'

interface ConvertOptions extends WriteOptions {
  schema?: string
}

export function convertCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'convert',
    description: 'Write a local msgpack file, gzipped or not, in another format. Works offline.',
    examples: [
      'td-sluice convert result.msgpack.gz -o result.csv',
      `td-sluice convert result.msgpack.gz --schema '[["time","bigint"],["path","varchar"]]' -o result.ndjson`,
      'curl … | td-sluice convert - --schema @schema.json -f csv | head',
    ],
  })
    .argument('<file>', 'a file of msgpack rows; - is stdin')
    .optionsGroup('Input:')
    .option('--schema <json>', 'names and types: [["time","bigint"],…], or @FILE (default: _col0, _col1, …)')
  outputOptions(command).action(async (path: string) => {
    const options = command.optsWithGlobals<ConvertOptions>()
    const { context } = session
    const { writeResult } = await import('../write-result.js')
    const { textOrFile } = await import('../text-or-file.js')
    const { readPlace } = await import('../places.js')
    const schema = await textOrFile(options.schema, context)
    const inputs = [readPlace('the input', path, context)]
    if (path === '-') {
      const { stdin } = await import('../../sources/local.js')
      await writeResult(stdin({ schema, stream: context.stdin() }), options, session, { inputs })
    } else {
      const { file } = await import('../../sources/local.js')
      await writeResult(file(resolve(context.cwd, path), { schema }), options, session, { inputs })
    }
  })
}
