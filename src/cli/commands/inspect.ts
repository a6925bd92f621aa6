import type { Command } from 'commander'
import type { JsonObject } from '../../client/json.js'
import { SluiceError } from '../../errors.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type InputOptions, inputOptions, inputSettings, requireInputUse } from '../options/input.js'
import { integer, names } from '../options/parse.js'
import { type SchemaOptions, schemaOptions } from '../options/schema.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'

interface InspectCommandOptions extends AnswerOptions, SchemaOptions, ConnectionOptions, InputOptions {
  columns?: readonly string[]
  limit?: number
  rows: number
  html?: string
}

export function inspectCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'inspect',
    description:
      'Show what is in a file of msgpack, Parquet, Arrow, CSV, TSV, NDJSON or JSON, also packed with gzip or zstd, or in an object of a ' +
      'store: rows, sizes, the first rows, and for each column its type, NULLs, distinct values, minimum, maximum and ' +
      'distribution. Reads it once; works offline. Types of text formats are guessed. Of a job: its record, without its rows.',
    examples: [
      'td-sluice inspect result.parquet',
      'td-sluice inspect result.csv.gz --html report.html',
      'td-sluice inspect result.msgpack.gz --schema @schema.json --columns time,path',
      "td-sluice inspect result.parquet --json | jq '.columns[] | select(.nulls > 0) | .column'",
      'td-sluice inspect s3://bucket/access.parquet --columns time,path',
      'td-sluice inspect 123456',
    ],
  }).argument(
    '<file>',
    'a file, the URL of an object such as s3://bucket/key, or a job id; - is msgpack on stdin',
  )
  inputOptions(schemaOptions(command))
    .optionsGroup('Columns and rows:')
    .option('--columns <names>', 'only these columns, in this order: a,b or \'"x,y",b\'', names)
    .option('-l, --limit <n>', 'read only the first n rows', integer(0))
    .option('--rows <n>', 'how many of the first rows to show', integer(0, 1000), 10)
    .optionsGroup('Answer:')
    .option('--html <file>', 'write a page with plots into this file as well, for any browser')
  connectionOptions(answerOptions(command)).action(async (place: string) => {
    const options = command.optsWithGlobals<InspectCommandOptions>()
    const { isJobId } = await import('../data-place.js')
    if (await isJobId(place, session.context)) await inspectJob(place, options, session)
    else await inspectData(place, options, session)
  })
}

async function inspectJob(id: string, options: InspectCommandOptions, session: Session): Promise<void> {
  if (options.html !== undefined)
    throw new SluiceError('E_USAGE', '--html makes a page of a file, and a job is none', {
      hint: `td-sluice dump ${id} -o result.parquet && td-sluice inspect result.parquet --html ${options.html}`,
    })
  const { checkJobId } = await import('../../client/arguments.js')
  const { withClient } = await import('../with-client.js')
  const { jobInspectionJson, jobInspectionText } = await import('../text/job-inspection.js')
  checkJobId(id)
  const { signal } = session.context
  const found = await withClient(options, session, async ({ jobs }) => {
    const job = await jobs.show(id, { signal })
    const statistics = await jobs
      .statistics(id, { signal })
      .then(({ counters }) => counters, withoutStatistics)
    return { job, statistics }
  })
  print(found, options, session, jobInspectionText, jobInspectionJson)
}

/** Not every job has statistics, and not every key may see them. */
function withoutStatistics(error: unknown): JsonObject | undefined {
  if (error instanceof SluiceError && ['E_NOT_FOUND', 'E_FORBIDDEN', 'E_REJECTED'].includes(error.code))
    return undefined
  throw error
}

async function inspectData(place: string, options: InspectCommandOptions, session: Session): Promise<void> {
  const { context, reporter } = session
  const { collectingDeadChunks } = await import('../collector.js')
  const { inspect } = await import('../../inspect/index.js')
  const { inspectionJson, inspectionText } = await import('../text/inspect.js')
  const { isUtf8 } = await import('../terminal/locale.js')
  const { schemaFor } = await import('../schema-source.js')
  const { openData } = await import('../data-place.js')
  const { inspectOpened } = await import('../../inspect/inspect-place.js')
  const { closePlace, formatOfPlace } = await import('../../inspect/tables/open-place.js')
  const { preparePage } = await import('../html/save-page.js')
  const { inputPlaces } = await import('../places.js')
  const savePage = await preparePage(options, inputPlaces(place, options, context), context)
  const schema = await schemaFor(place, options, session)
  const settings = {
    columns: options.columns,
    limit: options.limit,
    firstRows: options.rows,
    signal: context.signal,
    onProgress: reporter.progress.bind(reporter),
    ...(savePage && { topValues: 20, layout: true }),
  }
  reporter.start()
  const found = await collectingDeadChunks(async () => {
    const isMsgpackOnStdin = place === '-' && [undefined, 'msgpack'].includes(options.inputFormat)
    if (!isMsgpackOnStdin) {
      const inputs = { ...inputSettings(options), schema, signal: context.signal }
      const opened = await openData(place, inputs, context)
      try {
        requireInputUse(options, [formatOfPlace(opened)], place)
      } catch (error) {
        await closePlace(opened)
        throw error
      }
      return inspectOpened(opened, settings)
    }
    requireInputUse(options, ['msgpack'], place)
    const { stdin } = await import('../../sources/local.js')
    return inspect(stdin({ schema, stream: context.stdin() }), settings)
  })
  if (savePage !== undefined) {
    const { inspectionPage } = await import('../html/inspection-page.js')
    await savePage(inspectionPage(place, found, context.clock()))
  }
  print(
    found,
    options,
    session,
    (all, style, columns) => inspectionText(place, all, style, columns, isUtf8(context.env)),
    (all) => inspectionJson(place, all),
  )
}
