import type { Command, Option } from 'commander'
import { SluiceError } from '../../errors.js'

type Parser<T> = (text: string, previous?: T) => T

const ADDING = new WeakSet<object>()

/** Marks a parser whose option may be given several times, because each adds to what those before have said. */
export function adding<T>(parser: Parser<T>): Parser<T> {
  ADDING.add(parser)
  return parser
}

/** The texts of an option, one for each time it is given. */
export const texts = adding<readonly string[]>((text, previous = []) => [...previous, text])

/** Values that may hold a password: a URL, JSON, or a user's name before a host. */
const MAY_BE_SECRET = /:\/\/|[{@]/

/**
 * Makes a command and those below it refuse an option that is given twice, however it is written, where the second value
 * would take the place of the first: rows would be missing at the first of two outputs. A flag without a value says
 * the same twice.
 */
export function refuseRepeats(command: Command): void {
  const given = new Map<string, { option: Option; value: string | undefined }>()
  for (const option of command.options) {
    const name = option.attributeName()
    command.on(`option:${option.name()}`, (value?: string) => {
      const before = given.get(name)
      given.set(name, { option, value })
      if (before === undefined || isFine(option, before.option)) return
      const [first, second] = [before, { option, value }].map(shown)
      throw new SluiceError('E_USAGE', `${named(option)} is given twice: ${first} and ${second}`, {
        hint: 'give it once',
      })
    })
  }
  for (const below of command.commands) refuseRepeats(below)
}

function isFine(option: Option, before: Option): boolean {
  if (option.parseArg !== undefined && ADDING.has(option.parseArg)) return true
  return option === before && !option.required && !option.optional
}

function named({ short, long }: Option): string {
  return [short, long].filter((flag) => flag !== undefined).join(', ')
}

function shown({ option, value }: { option: Option; value: string | undefined }): string {
  if (value == null) return option.flags
  return MAY_BE_SECRET.test(value) ? 'one value' : JSON.stringify(value)
}
