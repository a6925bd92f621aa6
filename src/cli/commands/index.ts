import type { Command } from 'commander'
import type { Session } from '../session.js'

/** Adds a command with its options to a program. */
type Define = (program: Command, session: Session) => void

export interface CommandEntry {
  /** Heading in the list of commands. */
  readonly group: string
  readonly name: string
  readonly summary: string
  /** Its definition, loaded only when it is the one to run or to explain: that keeps the start quick. */
  readonly load: () => Promise<Define>
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    group: 'Results:',
    name: 'query',
    summary: 'issue a query, wait for it and write its result',
    load: async () => (await import('./query.js')).query,
  },
  {
    group: 'Results:',
    name: 'dump',
    summary: 'write the result of an existing job',
    load: async () => (await import('./dump.js')).dump,
  },
  {
    group: 'Results:',
    name: 'convert',
    summary: 'write a local msgpack(.gz) file in another format',
    load: async () => (await import('./convert.js')).convert,
  },
  {
    group: 'Results:',
    name: 'run',
    summary: 'do the exports of a manifest, for cron: idempotent, resumable',
    load: async () => (await import('./run.js')).run,
  },
  {
    group: 'Results:',
    name: 'inspect',
    summary: 'show what is in a local msgpack(.gz) or Parquet file',
    load: async () => (await import('./inspect.js')).inspect,
  },
  {
    group: 'Jobs:',
    name: 'issue',
    summary: 'issue a query and print its job id',
    load: async () => (await import('./issue.js')).issue,
  },
  {
    group: 'Jobs:',
    name: 'wait',
    summary: 'wait until a job has finished',
    load: async () => (await import('./wait.js')).wait,
  },
  {
    group: 'Jobs:',
    name: 'list',
    summary: 'list recent jobs',
    load: async () => (await import('./list.js')).list,
  },
  {
    group: 'Jobs:',
    name: 'show',
    summary: 'show all that is known of a job',
    load: async () => (await import('./show.js')).show,
  },
  {
    group: 'Jobs:',
    name: 'status',
    summary: 'show the state of a job',
    load: async () => (await import('./status.js')).status,
  },
  {
    group: 'Jobs:',
    name: 'stats',
    summary: 'show the statistics of a job',
    load: async () => (await import('./stats.js')).stats,
  },
  {
    group: 'Jobs:',
    name: 'kill',
    summary: 'kill a job',
    load: async () => (await import('./kill.js')).kill,
  },
  {
    group: 'Jobs:',
    name: 'export',
    summary: "let Treasure Data's own servers write a result or a table elsewhere",
    load: async () => (await import('./export.js')).exportCommand,
  },
  {
    group: 'Local:',
    name: 'config',
    summary: 'show the settings and where each comes from',
    load: async () => (await import('./config.js')).config,
  },
  {
    group: 'Local:',
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.js')).completion,
  },
  {
    group: 'Local:',
    name: 'sandbox',
    summary: 'serve a local Treasure Data API for trying and testing',
    load: async () => (await import('./sandbox.js')).sandbox,
  },
  {
    group: 'Local:',
    name: 'demo',
    summary: 'run queries against a local Treasure Data API and write files',
    load: async () => (await import('./demo.js')).demo,
  },
]
