import { once } from 'node:events'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { FileTable } from '../../sandbox/index.js'
import type { Context } from '../context.js'
import { jsonOption } from '../options/answer.js'
import { integer, milliseconds, size } from '../options/parse.js'
import { adding, texts } from '../options/repeats.js'
import { importSandbox } from '../sandbox-module.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { shellQuoted } from '../terminal/shell.js'

interface SandboxCommandOptions {
  port: number
  apiKey?: string
  pool?: readonly string[]
  rows?: number
  nasdaqRows?: number
  table?: readonly FileTable[]
  exportDir?: string
  queueTime?: number
  runTime?: number
  throttle?: number
  latency?: number
  fault?: readonly string[]
  json?: true
}

export function sandboxCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'sandbox',
    description:
      'Serve a local Treasure Data API until Ctrl-C, with DuckDB running the SQL. Prints on stdout what to paste ' +
      'into another shell.',
    examples: [
      'td-sluice sandbox --port 8080',
      'td-sluice sandbox --table trips=trips.parquet --throttle 10MB --latency 50ms',
    ],
  })
    .optionsGroup('Server:')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', integer(0, 65_535), 0)
    .option('--export-dir <folder>', 'folder that stands in for all buckets; without it exports fail')
    .option('--api-key <key>', 'the one key to accept, not one of an account (default: any)')
    .option('--pool <name>', 'a resource pool that exists (default: default); may be repeated', texts)
    .optionsGroup('Tables of sample_datasets:')
    .option('--rows <n>', 'rows of www_access (default: 5000)', integer(0, 1e9))
    .option('--nasdaq-rows <n>', 'rows of nasdaq (default: 10000)', integer(0, 1e9))
    .option(
      '--table <name=file>',
      'a table from a Parquet, CSV, TSV or JSON file; may be repeated',
      fileTable,
    )
    .optionsGroup('Delays and faults:')
    .option('--queue-time <duration>', 'how long each job stays queued, at least', milliseconds)
    .option('--run-time <duration>', 'how long each job runs, at least', milliseconds)
    .option('--throttle <size>', 'bytes a second for each connection, such as 10MB', size)
    .option('--latency <duration>', 'delay of each reply, such as 50ms', milliseconds)
    .option('--fault <fault>', 'fault to inject, such as status:503x2@issue; may be repeated', texts)
  jsonOption(command).action(async () => {
    const options = command.opts<SandboxCommandOptions>()
    const { context, reporter } = session
    const { duckdbIsThere } = await import('../duckdb.js')
    if (!(await duckdbIsThere('sandbox', session))) return
    session.untilStopped = true
    const { SANDBOX_API_KEY, startSandbox } = await importSandbox()
    const { printJson, printLines } = await import('../text/print.js')
    const server = await startSandbox({ ...settingsOf(options, context.cwd), preload: true })
    try {
      const { url } = server
      const apiKey = options.apiKey ?? SANDBOX_API_KEY
      if (options.json) printJson({ url, apiKey }, session)
      else printLines(settingLines(url, apiKey, context.env), session)
      const next = options.json ? '' : '; paste the lines above into another shell'
      reporter.info(`serving ${url} until Ctrl-C${next}`)
      if (!context.signal.aborted) await once(context.signal, 'abort')
    } finally {
      await server.close()
    }
    reporter.info('stopped')
  })
}

/** What leads another shell here. Variables of its own that come first would lead to an account, with its key. */
function settingLines(url: string, apiKey: string, env: Context['env']): string[] {
  const first = ['TREASURE_DATA_API_SERVER', 'TREASURE_DATA_API_KEY'].filter((name) => env[name])
  return [
    ...(first.length > 0 ? [`unset ${first.join(' ')}`] : []),
    `export TD_API_SERVER=${url}`,
    `export TD_API_KEY=${shellQuoted(apiKey)}`,
  ]
}

function settingsOf(options: SandboxCommandOptions, cwd: string) {
  const {
    port,
    apiKey,
    pool,
    rows,
    nasdaqRows,
    table,
    exportDir,
    queueTime,
    runTime,
    throttle,
    latency,
    fault,
  } = options
  return {
    port,
    ...(apiKey !== undefined && { apiKey }),
    ...(pool && { pools: pool }),
    ...(rows !== undefined && { rows }),
    ...(nasdaqRows !== undefined && { nasdaqRows }),
    ...(table && { tables: table.map(({ name, file }) => ({ name, file: resolve(cwd, file) })) }),
    ...(exportDir !== undefined && { exportDir: resolve(cwd, exportDir) }),
    ...(queueTime !== undefined && { queueTime }),
    ...(runTime !== undefined && { runTime }),
    ...(throttle !== undefined && { bytesPerSecond: throttle }),
    ...(latency !== undefined && { latency }),
    ...(fault && { faults: fault }),
  }
}

const fileTable = adding<readonly FileTable[]>((text, previous = []) => {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) {
    throw new InvalidArgumentError('Tables are name=file, such as trips=trips.parquet.')
  }
  const name = text.slice(0, at)
  if (previous.some((table) => table.name === name)) {
    throw new InvalidArgumentError(`The table ${name} is given twice.`)
  }
  return [...previous, { name, file: text.slice(at + 1) }]
})
