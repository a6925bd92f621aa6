import type { Command } from 'commander'
import type { Client } from '../../client/index.js'
import { SluiceError } from '../../errors.js'
import type { OpenTable } from '../../inspect/tables/table.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type InputOptions, inputOptions, inputSettings, requireInputUse } from '../options/input.js'
import { integer, names, size } from '../options/parse.js'
import { type SchemaOptions, schemaOptions } from '../options/schema.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'

interface DiffCommandOptions extends AnswerOptions, SchemaOptions, ConnectionOptions, InputOptions {
  key?: readonly string[]
  columns?: readonly string[]
  examples: number
  maxMemory?: number
}

export function diffCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'diff',
    description:
      'Compare two tables, each a file of any format that inspect reads, an object of a store or the result of a job: columns and types, ' +
      'rows, and the values of each column, by their value and not by how it is written. Ends with exit code 0 where they are equal, 8 where not.',
    examples: [
      'td-sluice diff yesterday.parquet today.parquet',
      'td-sluice diff 123456 result.csv.gz --key id',
      "td-sluice diff a.ndjson b.arrow --key user,day --json | jq '.columns[].column'",
    ],
  })
    .argument('<a>', 'a file, the URL of an object, a job id, or - for stdin')
    .argument('<b>', 'another one')
  inputOptions(schemaOptions(command))
    .optionsGroup('Comparison:')
    .option(
      '--key <names>',
      'columns that tell which rows belong together: a,b (default: the rows in their order)',
      names,
    )
    .option(
      '--columns <names>',
      'only these columns, whose order does not count then: a,b or \'"x,y",b\'',
      names,
    )
    .option('--examples <n>', 'how many differences to show of each column', integer(0, 1000), 3)
    .option(
      '--max-memory <size>',
      'what rows may take that wait for the row of the same key, such as 1GB (default: 256 MiB); more of them are exit 13',
      size,
    )
  connectionOptions(answerOptions(command)).action(async (a: string, b: string) => {
    const options = command.optsWithGlobals<DiffCommandOptions>()
    const { signal } = session.context
    const { compareTables } = await import('../../inspect/diff/compare-tables.js')
    const { diffSummary, diffText } = await import('../text/diff.js')
    const { collectingDeadChunks } = await import('../collector.js')
    const { isJobId } = await import('../data-place.js')
    if (a === '-' && b === '-') throw new SluiceError('E_USAGE', 'stdin can be read only once')
    const areJobs = [await isJobId(a, session.context), await isJobId(b, session.context)]
    const compare = (client?: Client) =>
      collectingDeadChunks(async () => {
        const first = await tableOf(a, areJobs[0]!, options, session, client)
        const second = await tableOf(b, areJobs[1]!, options, session, client).catch(
          async (error: unknown) => {
            await first.close()
            throw error
          },
        )
        try {
          requireInputUse(options, [first.format, second.format], 'what is compared')
        } catch (error) {
          await Promise.all([first.close(), second.close()])
          throw error
        }
        return compareTables(first, second, { ...options, signal })
      })
    const { withClient } = await import('../with-client.js')
    const hasJob = areJobs.includes(true)
    if (!hasJob) session.reporter.start()
    const found = hasJob ? await withClient(options, session, compare) : await compare()
    print(
      found,
      options,
      session,
      (all, style) => diffText([a, b], all, style),
      (all) => ({ a, b, ...all }),
    )
    if (!found.equal) throw new SluiceError('E_DIFFERENT', `${a} and ${b} differ: ${diffSummary(found)}`)
  })
}

async function tableOf(
  place: string,
  isJob: boolean,
  options: DiffCommandOptions,
  session: Session,
  client: Client | undefined,
): Promise<OpenTable> {
  const { signal } = session.context
  const { openSourceTable } = await import('../../inspect/tables/source-table.js')
  if (isJob) {
    const { job } = await import('../../sources/job.js')
    return openSourceTable(job(place, { connection: client }), { signal })
  }
  const { schemaFor } = await import('../schema-source.js')
  const { openData } = await import('../data-place.js')
  const { openAsTable } = await import('../../inspect/tables/open-table.js')
  const schema = await schemaFor(place, options, session)
  const settings = { ...inputSettings(options), schema, signal }
  if (place === '-' && [undefined, 'msgpack'].includes(options.inputFormat)) {
    const { stdin } = await import('../../sources/local.js')
    return openSourceTable(stdin({ schema, stream: session.context.stdin() }), { signal })
  }
  const { neededColumns } = await import('../../inspect/diff/compare-tables.js')
  return openAsTable(await openData(place, settings, session.context), {
    signal,
    columns: neededColumns(options),
  })
}
