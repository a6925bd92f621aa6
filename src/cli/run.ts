import { CommanderError } from 'commander'
import { ERROR_TABLE, type SluiceError } from '../errors.js'
import { suggestion } from '../model/suggest.js'
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
    refuseSecrets(args, namedIn(args, commands)?.name)
    refuseBrokenArguments(args)
    await execute(args, session, commands)
    return 0
  } catch (error) {
    // Without a command, the help was the message.
    if (error instanceof CommanderError && error.code === 'commander.help')
      return ERROR_TABLE.E_USAGE.exitCode
    const { toSluiceError } = await import('./failure.js')
    const failure = toSluiceError(error, signal, commandIn(args, commands), mistakeIn(args, commands))
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

/** The command that is named first, where, and the argument behind it; `undefined` where there is none. */
function namedIn(args: readonly string[], commands: readonly CommandEntry[]) {
  const names = commands.map(({ name }) => name)
  const at = args.findIndex((arg) => names.includes(arg))
  const entry = commands.find(({ name }) => name === args[at])
  return entry && { at, name: entry.name, below: entry.below, next: args[at + 1] }
}

/** The command's name as it was typed, and a blank: `export table `; nothing where there is none. */
function commandIn(args: readonly string[], commands: readonly CommandEntry[]): string {
  const named = namedIn(args, commands)
  if (named === undefined) return ''
  const { name, below, next = '' } = named
  return below?.includes(next) ? `${name} ${next} ` : `${name} `
}

/** A hint at the mistake behind more arguments than a command takes, for the usual ones. */
function mistakeIn(args: readonly string[], commands: readonly CommandEntry[]): string | undefined {
  const { below, next } = namedIn(args, commands) ?? {}
  const isMistyped = below !== undefined && next !== undefined && !below.includes(next)
  const meant = isMistyped ? suggestion(next, below).replace('; ', '') : ''
  if (meant !== '') return meant
  // Not repeated: it may be a letter with a secret behind it.
  if (args.some((arg) => /^-[a-z]{3}[a-z-]*$/.test(arg)))
    return 'names of options of more than one letter begin with two hyphens, as --database does'
  if (args.some((arg) => /^[\u2010-\u2015\u2212]/.test(arg)))
    return 'an option begins with a plain hyphen, -, and what was typed is a longer dash'
  if (args.some((arg) => /^[\u2018-\u201f\u00ab\u00bb]/.test(arg)))
    return "quotes of the shell are plain ones: 'select 1'"
  return undefined
}

/** `export help table` is `help export table`: who looks for what stands below a command may type either. */
function asHelp(args: readonly string[], commands: readonly CommandEntry[]): readonly string[] {
  const named = namedIn(args, commands)
  if (named?.below === undefined || named.next !== 'help') return args
  const { at, name } = named
  return [...args.slice(0, at), 'help', name, ...args.slice(at + 2)]
}

/** Runs one command line; rejects with whatever it fails with. */
export async function execute(
  args: readonly string[],
  session: Session,
  commands: readonly CommandEntry[],
): Promise<void> {
  const asked = asHelp(args, commands)
  const program = await createProgram(session, commands, (name) => asked.includes(name))
  program.hook('preAction', async (_program, command) => {
    session.general = command.optsWithGlobals<GeneralOptions>()
    session.reporter = await createReporter(session.context, session.general)
  })
  try {
    await program.parseAsync(apartFromOptions(asked, program), { from: 'user' }).catch((error) => {
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
