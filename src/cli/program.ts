import { Command } from 'commander'
import { VERSION } from '../version.js'
import { config } from './commands/config.js'
import { convert } from './commands/convert.js'
import { demo } from './commands/demo.js'
import { dump } from './commands/dump.js'
import { exportCommand } from './commands/export.js'
import { issue } from './commands/issue.js'
import { kill } from './commands/kill.js'
import { list } from './commands/list.js'
import { query } from './commands/query.js'
import { sandbox } from './commands/sandbox.js'
import { show } from './commands/show.js'
import { stats } from './commands/stats.js'
import { status } from './commands/status.js'
import { wait } from './commands/wait.js'
import { examples, GENERAL, helpConfiguration, helpOption } from './help.js'
import { generalOptions } from './options/general.js'
import type { Session } from './session.js'

const EXAMPLES = [
  "td-sluice query -d sample_datasets 'select * from www_access' -o access.csv.gz",
  'td-sluice query -d sample_datasets -q report.sql -o report.ndjson',
  'td-sluice dump 123456 -o result.csv         the result of a job issued elsewhere',
  'td-sluice convert result.msgpack.gz -o result.csv',
  'td-sluice demo                              try it without an account',
]

const EPILOGUE = `
Results go to files or stdout, everything else to stderr. The exit code is 0 only
when every row is safely there. td-sluice COMMAND --help tells more.`

/** All commands with their options; running one uses `session`. */
export function createProgram(session: Session): Command {
  const { context } = session
  const program = new Command('td-sluice')
    .usage('COMMAND [options]')
    .optionsGroup(GENERAL)
    .description('Stream Treasure Data job results into files: complete and verified, or not there at all.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpOption(helpOption())
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureHelp(helpConfiguration(context))
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // Usage errors are reported by `run`, like all others.
      outputError: () => {},
    })
  examples(program, context, EXAMPLES)
  generalOptions(program)
  program.commandsGroup('Results:')
  for (const define of [query, dump, convert]) define(program, session)
  program.commandsGroup('Jobs:')
  for (const define of [issue, wait, list, show, status, stats, kill, exportCommand]) define(program, session)
  program.commandsGroup('Local:')
  program.addHelpCommand(new Command('help').argument('[command]').summary('print the help of a command'))
  for (const define of [config, sandbox, demo]) define(program, session)
  return program
}
