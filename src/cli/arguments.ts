import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { Command, Option } from 'commander'
import { SluiceError } from '../errors.js'

/** The character that Node puts in the place of bytes that are not UTF-8. */
const REPLACED = '\ufffd'

/**
 * Refuses an argument that was not UTF-8 when it was typed: Node has replaced such bytes by then, so that a query would run
 * with other words in it. The system keeps the bytes; where it does not tell them, as outside of Linux, nothing is refused.
 *
 * @throws SluiceError `E_USAGE`
 */
export function refuseBrokenArguments(args: readonly string[]): void {
  const suspects = args.filter((arg) => arg.includes(REPLACED))
  if (suspects.length === 0) return
  const typed = typedArguments()
  for (const suspect of suspects) {
    const bytes = typed.find((one) => one.toString() === suspect)
    if (bytes === undefined || Buffer.from(suspect).equals(bytes)) continue
    throw new SluiceError('E_USAGE', `an argument is not UTF-8: ${JSON.stringify(suspect.slice(0, 80))}`, {
      hint: 'SQL may come from a file of another encoding: -q FILE --encoding cp932; other arguments need a terminal that uses UTF-8',
    })
  }
}

/** The arguments of this process as bytes, see proc(5). */
function typedArguments(): Buffer[] {
  let bytes: Buffer
  try {
    bytes = readFileSync('/proc/self/cmdline')
  } catch {
    return []
  }
  const typed: Buffer[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from)
    const to = end === -1 ? bytes.length : end
    typed.push(bytes.subarray(from, to))
    from = to + 1
  }
  return typed
}

/**
 * `args` with SQL that begins with a comment set apart from options by a line break, which {@link withoutBreak} takes away
 * again: `-- daily report` is no option, as none has white space in its name. What is the value of an option stays.
 */
export function apartFromOptions(args: readonly string[], program: Command): string[] {
  const valued = new Set(
    optionsOf(program).flatMap(({ required, short, long }) => (required ? [short, long] : [])),
  )
  const end = args.indexOf('--')
  return args.map((arg, i) => {
    const isOperand = (end === -1 || i < end) && !valued.has(args[i - 1])
    return isOperand && beginsWithComment(arg) ? `\n${arg}` : arg
  })
}

function beginsWithComment(arg: string): boolean {
  return /^--\s/.test(arg) || (/^--[^\s=]+\s/.test(arg) && arg.includes('\n'))
}

function optionsOf(command: Command): Option[] {
  return [...command.options, ...command.commands.flatMap(optionsOf)]
}

/** An argument as it was typed. */
export function withoutBreak(argument: string): string {
  return argument.replace(/^\n(?=--)/, '')
}
