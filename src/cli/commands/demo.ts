import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { ioError } from '../../errors.js'
import { makeFolders } from '../../files/make-folders.js'
import { HERE, requireLocalPath } from '../../files/url-text.js'
import type { Context } from '../context.js'
import type { CommandEntry } from '../program.js'
import { COMMAND, type GeneralOptions } from '../progress/reporter.js'
import { execute } from '../run.js'
import { importSandbox } from '../sandbox-module.js'
import { newSession, type Session } from '../session.js'
import { subcommand } from '../subcommand.js'

const SUMMARY_SQL =
  'select method, code, count(1) as requests, avg(size) as average_size, min(path) as example ' +
  'from www_access group by 1, 2 order by 3 desc'

/** What it writes. */
const FILES = ['access.csv', 'access.ndjson', 'access.csv.gz', 'access.parquet']

export function demoCommand(program: Command, session: Session, all: readonly CommandEntry[]): void {
  const command = subcommand(program, session, {
    name: 'demo',
    description:
      'Start the sandbox in this process, run the commands of a first session against it, and write files into a ' +
      'folder. Needs no account and leaves nothing running.',
    examples: ['td-sluice demo', 'td-sluice demo --output /tmp/demo'],
  })
    .optionsGroup('Output:')
    .option('-o, --output <folder>', 'folder for the files', 'demo-output')
  command.action(async () => {
    const { output } = command.opts<{ output: string }>()
    requireLocalPath(output, 'demo', HERE)
    const { duckdbIsThere } = await import('../duckdb.js')
    if (!(await duckdbIsThere('demo', session))) return
    const folder = resolve(session.context.cwd, output)
    try {
      makeFolders(folder)
    } catch (error) {
      throw ioError(error, output)
    }
    await new Demo(session, all, output).run()
  })
}

/** A first session with the command: what it prints is what the user can type. */
class Demo {
  readonly #session: Session
  readonly #commands: readonly CommandEntry[]
  readonly #folder: string

  constructor(session: Session, commands: readonly CommandEntry[], folder: string) {
    this.#session = session
    this.#commands = commands
    this.#folder = folder
  }

  async run(): Promise<void> {
    const { SANDBOX_API_KEY, startSandbox } = await importSandbox()
    this.#say('A local Treasure Data API with the tables of sample_datasets, on DuckDB, in this process.')
    const sandbox = await startSandbox({
      rows: 200_000,
      // Slow enough to see what a job and a download look like.
      queueTime: 300,
      runTime: 700,
      bytesPerSecond: 3_000_000,
      preload: true,
    })
    const env = sandboxEnv(sandbox.url, SANDBOX_API_KEY)
    try {
      this.#say('A query on a terminal shows its first rows:')
      await this.#type(env, ['query', '-d', 'sample_datasets', SUMMARY_SQL])
      this.#say('With -o it becomes a file, complete or not there:')
      await this.#type(env, [
        'query',
        '-d',
        'sample_datasets',
        'select * from www_access',
        '-o',
        this.#path('access.csv'),
      ])
      this.#say('Its job is still there, so other formats need no second query:')
      const jobId = sandbox.jobs().at(-1)!.id
      await this.#type(env, ['dump', jobId, '-o', this.#path('access.ndjson')])
      await this.#type(env, ['dump', jobId, '--columns', 'time,path,code', '-o', this.#path('access.csv.gz')])
      this.#say('Parquet has a type for each column:')
      await this.#type(env, ['dump', jobId, '-o', this.#path('access.parquet')])
      this.#say('What is in a file, or in a result:')
      await this.#type(env, ['inspect', this.#path('access.parquet')])
    } finally {
      await sandbox.close()
    }
    this.#say(
      `Done: ${FILES.join(', ')} are in ${this.#folder}, and nothing is left running.`,
      'Go on with a sandbox of your own (td-sluice sandbox), or set TD_API_KEY and query your account.',
    )
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }

  #say(...lines: string[]): void {
    this.#session.reporter.info(`\n${lines.join('\n')}`)
  }

  /** Shows a command line and runs it, in this process but otherwise as if it had been typed. */
  async #type(env: Context['env'], args: readonly string[]): Promise<void> {
    const { context, reporter, general } = this.#session
    reporter.info(`$ td-sluice ${args.map(quoted).join(' ')}`, { event: COMMAND })
    // Where stdout is no terminal the preview comes all the same, without colours.
    const plain = context.stdoutIsTerminal ? {} : { NO_COLOR: '1' }
    const world = { ...context, stdoutIsTerminal: true, env: { ...context.env, ...env, ...plain } }
    await execute([...generalArgs(general), ...args], newSession(world), this.#commands)
  }
}

/** The variables that lead to a sandbox. Both spellings: those of the user would come first, with the user's key. */
function sandboxEnv(url: string, apiKey: string): Context['env'] {
  return {
    TREASURE_DATA_API_SERVER: url,
    TREASURE_DATA_API_KEY: apiKey,
    TD_API_SERVER: url,
    TD_API_KEY: apiKey,
  }
}

function generalArgs({ quiet, verbose, logFormat = 'text', color }: GeneralOptions): string[] {
  return [
    ...(quiet ? ['--quiet'] : []),
    ...(verbose ? ['--verbose'] : []),
    ...(color === undefined ? [] : [`--color=${color || 'never'}`]),
    `--log-format=${logFormat}`,
  ]
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`
}
