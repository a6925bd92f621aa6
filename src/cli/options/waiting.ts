import { type Command, Option } from 'commander'
import { DAY_MS } from '../../model/duration.js'
import { positiveDuration } from './parse.js'

const DEFAULT_WAIT_MS = DAY_MS

export interface WaitFlags {
  waitTimeout?: number
}

/** How long to wait for a job. */
export function waitOptions(command: Command): Command {
  return command
    .optionsGroup('Waiting:')
    .option(
      '--wait-timeout <duration>',
      'stop waiting after this long, exit 5 and leave the job running (default: 24h)',
      positiveDuration,
    )
}

/** Milliseconds to wait for the job. */
export function waitLimit({ waitTimeout = DEFAULT_WAIT_MS }: WaitFlags): number {
  return waitTimeout
}

export interface InterruptOptions {
  onInterrupt: 'kill' | 'leave'
}

export interface IssueFlags extends WaitFlags, InterruptOptions {
  wait?: true
}

/** How to wait for a job that this run issues; `wait` says what `-w` means to the command. */
export function issueOptions(command: Command, wait: string): Command {
  command.optionsGroup('Waiting:').option('-w, --wait', wait)
  return waitOptions(command).addOption(
    new Option('--on-interrupt <action>', 'what Ctrl-C does to the job this run issued')
      .choices(['kill', 'leave'])
      .default('kill'),
  )
}
