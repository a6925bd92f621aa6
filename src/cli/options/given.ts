import type { Command, Option } from 'commander'

/** An option as it was typed; `value` is null or undefined for a flag. */
export interface GivenOption {
  readonly option: Option
  readonly value: string | null | undefined
}

/** Records in `given` what options of a command and those below it are typed. */
export function recordOptions(command: Command, given: GivenOption[]): void {
  for (const option of command.options)
    command.on(`option:${option.name()}`, (value?: string | null) => given.push({ option, value }))
  for (const below of command.commands) recordOptions(below, given)
}
