import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { integer, names } from '../options/parse.js'
import { type SchemaOptions, schemaOptions } from '../options/schema.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'

interface InspectCommandOptions extends AnswerOptions, SchemaOptions, ConnectionOptions {
  columns?: readonly string[]
  limit?: number
  rows: number
}

export function inspectCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'inspect',
    description:
      'Show what is in a local msgpack or Parquet file: rows, sizes, the first rows, and for each column its type, NULLs, ' +
      'distinct values, minimum, maximum and distribution. Reads the file once; works offline.',
    examples: [
      'td-sluice inspect result.parquet',
      'td-sluice inspect result.msgpack.gz --schema @schema.json --columns time,path',
      "td-sluice inspect result.parquet --json | jq '.columns[] | select(.nulls > 0) | .column'",
    ],
  }).argument('<file>', 'a file of msgpack rows, gzipped or not, or of Parquet; - is msgpack on stdin')
  schemaOptions(command)
    .optionsGroup('Columns and rows:')
    .option('--columns <names>', 'only these columns, in this order: a,b or \'"x,y",b\'', names)
    .option('-l, --limit <n>', 'read only the first n rows', integer(0))
    .option('--rows <n>', 'how many of the first rows to show', integer(0, 1000), 10)
  connectionOptions(answerOptions(command)).action(async (path: string) => {
    const options = command.optsWithGlobals<InspectCommandOptions>()
    const { context, reporter } = session
    const { collectingDeadChunks } = await import('../collector.js')
    const { inspect } = await import('../../inspect/index.js')
    const { inspectionJson, inspectionText } = await import('../text/inspect.js')
    const { isUtf8 } = await import('../terminal/locale.js')
    const { schemaFor } = await import('../schema-source.js')
    const schema = await schemaFor(path, options, session)
    const settings = {
      columns: options.columns,
      limit: options.limit,
      firstRows: options.rows,
      signal: context.signal,
      onProgress: reporter.progress.bind(reporter),
    }
    reporter.start()
    const found = await collectingDeadChunks(async () => {
      if (path !== '-') return inspect(resolve(context.cwd, path), { ...settings, schema })
      const { stdin } = await import('../../sources/local.js')
      return inspect(stdin({ schema, stream: context.stdin() }), settings)
    })
    print(
      found,
      options,
      session,
      (all, style, columns) => inspectionText(path, all, style, columns, isUtf8(context.env)),
      (all) => inspectionJson(path, all),
    )
  })
}
