import { Command } from 'commander'
import { VERSION } from '../version.js'
import { COMMANDS } from './commands/index.js'
import { examples, GENERAL, helpConfiguration, helpOption } from './help.js'
import { generalOptions } from './options/general.js'
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
only when every row is safely there. td-sluice COMMAND --help tells more.`

/**
 * The program: every command by name, and those that `wanted` picks with their options. Running one uses `session`.
 */
export async function createProgram(session: Session, wanted: (name: string) => boolean): Promise<Command> {
  const { context } = session
  const program = new Command('td-sluice')
    .usage('COMMAND [options]')
    .optionsGroup(GENERAL)
    .description('Stream Treasure Data job results into files: complete and verified, or not there at all.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpOption(helpOption())
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
  for (const { group, name, summary, load } of COMMANDS) {
    program.commandsGroup(group)
    if (wanted(name)) (await load())(program, session)
    else program.command(name)
    program.commands.at(-1)!.summary(summary)
  }
  program.addHelpCommand(new Command('help').argument('[command]').summary('print the help of a command'))
  return program
}
