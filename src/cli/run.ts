import { CommanderError } from 'commander'
import { ERROR_TABLE, type SluiceError } from '../errors.js'
import { apartFromOptions, refuseBrokenArguments } from './arguments.js'
import type { Context } from './context.js'
import { type CommandEntry, createProgram } from './program.js'
import { createReporter } from './progress/create-reporter.js'
import { type GeneralOptions, SILENT } from './progress/reporter.js'
import { refuseSecrets } from './secrets.js'
import { newSession, type Session } from './session.js'

/** Runs the command line `args`, made of one of `commands`, and resolves with its exit code. Never rejects. */
export async function runCommandLine(
  args: readonly string[],
  context: Context,
  commands: readonly CommandEntry[],
): Promise<number> {
  const session = newSession(context)
  const { signal } = context
  const onStop = () => {
    const { code } = signal.reason as SluiceError
    if (code === 'E_INTERRUPTED') session.reporter.info('stopping; press Ctrl-C again to exit at once')
  }
  signal.addEventListener('abort', onStop)
  context.atAbruptEnd(() => {
    const { unfinishedJob: job, reporter } = session
    if (job !== undefined)
      reporter.info(`job ${job} may still be running; this kills it: td-sluice kill ${job}`)
  })
  try {
    refuseSecrets(args, firstName(args, commands))
    refuseBrokenArguments(args)
    await execute(args, session, commands)
    return 0
  } catch (error) {
    // Without a command, the help was the message.
    if (error instanceof CommanderError && error.code === 'commander.help')
      return ERROR_TABLE.E_USAGE.exitCode
    const { toSluiceError } = await import('./failure.js')
    const failure = toSluiceError(error, signal, commandIn(args, commands))
    if (session.reporter === SILENT) session.reporter = await createReporter(context, session.general)
    if (!session.tellsFailures) {
      const tell = await commands.find(({ name }) => commandIn(args, commands) === `${name} `)?.refused?.()
      await tell?.(args, failure, session, commands)
    }
    session.reporter.failure(failure)
    return failure.exitCode
  } finally {
    signal.removeEventListener('abort', onStop)
  }
}

/** The first argument that is the name of a command. */
function firstName(args: readonly string[], commands: readonly CommandEntry[]): string | undefined {
  return args.find((arg) => commands.some(({ name }) => name === arg))
}

/** The command's name as it was typed, and a blank: `export table `; nothing where there is none. */
function commandIn(args: readonly string[], commands: readonly CommandEntry[]): string {
  const name = firstName(args, commands)
  if (name === undefined) return ''
  const next = args[args.indexOf(name) + 1] ?? ''
  const below = commands.find((command) => command.name === name)?.below
  return below?.includes(next) ? `${name} ${next} ` : `${name} `
}

/** Runs one command line; rejects with whatever it fails with. */
export async function execute(
  args: readonly string[],
  session: Session,
  commands: readonly CommandEntry[],
): Promise<void> {
  const program = await createProgram(session, commands, (name) => args.includes(name))
  program.hook('preAction', async (_program, command) => {
    session.general = command.optsWithGlobals<GeneralOptions>()
    session.reporter = await createReporter(session.context, session.general)
  })
  try {
    await program.parseAsync(apartFromOptions(args, program), { from: 'user' }).catch((error) => {
      const helped = error instanceof CommanderError && error.exitCode === 0
      if (!helped) throw error
    })
    if (!session.untilStopped) await session.context.flushed()
  } catch (error) {
    // A wrong option ends the parsing; how to report it may have been said before.
    if (session.reporter === SILENT) session.general = program.opts<GeneralOptions>()
    throw error
  } finally {
    session.reporter.stop()
  }
}
