import { Command } from 'commander'
import type { SluiceError } from '../errors.js'
import { VERSION } from '../version.js'
import { examples, GENERAL, helpConfiguration, helpOption } from './help.js'
import { generalOptions } from './options/general.js'
import { recordOptions } from './options/given.js'
import { refuseRepeats } from './options/repeats.js'
import type { Session } from './session.js'

const EXAMPLES = [
  "td-sluice query -d sample_datasets 'select * from www_access' -o access.csv.gz",
  'td-sluice query -d sample_datasets -q report.sql -o report.ndjson',
  'td-sluice dump 123456 -o result.parquet      the result of an existing job',
  'td-sluice inspect result.parquet             what is in it',
  'td-sluice demo                               try it without an account',
]

const EPILOGUE = `
Results go to files or stdout, everything else to stderr. The exit code is 0
only when every row was verified and written. td-sluice COMMAND --help tells more.`

/** One command: what the list of commands shows of it, and where its definition is. */
export interface CommandEntry {
  /** Heading in the list of commands. */
  readonly group: string
  readonly name: string
  readonly summary: string
  /** Names of the commands below it. */
  readonly below?: readonly string[]
  /** Its definition, loaded only when it is the one to run or to explain: that keeps the start quick. */
  readonly load: () => Promise<Define>
  /** Tells of a command line that was refused before the command itself could, where somebody waits for that. */
  readonly refused?: () => Promise<Refused>
}

/** Never rejects. `all` are the commands of the program. */
type Refused = (
  args: readonly string[],
  failure: SluiceError,
  session: Session,
  all: readonly CommandEntry[],
) => Promise<void>

/** Adds a command with its options to a program; `all` are the commands of that program. */
type Define = (program: Command, session: Session, all: readonly CommandEntry[]) => void

/**
 * The program: every one of `commands` by name, and those that `wanted` picks with their options. Running one uses
 * `session`.
 */
export async function createProgram(
  session: Session,
  commands: readonly CommandEntry[],
  wanted: (name: string) => boolean,
): Promise<Command> {
  const { context } = session
  const program = new Command('td-sluice')
    .usage('COMMAND [options]')
    .optionsGroup(GENERAL)
    .description('Stream Treasure Data job results into files: complete and verified, or not there at all.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpOption(helpOption())
    .helpCommand(false)
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // Colours are decided by the style, as everywhere.
      getOutHasColors: () => true,
      // Usage errors are reported by `run`, like all others.
      outputError: () => {},
    })
  program.configureHelp(helpConfiguration(program, context))
  examples(program, context, EXAMPLES)
  generalOptions(program)
  for (const { group, name, summary, load } of commands) {
    program.commandsGroup(group)
    if (wanted(name)) (await load())(program, session, commands)
    else program.command(name)
    program.commands.at(-1)!.summary(summary)
  }
  refuseRepeats(program)
  recordOptions(program, session.given)
  return program
}
