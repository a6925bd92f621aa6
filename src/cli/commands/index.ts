import type { CommandEntry } from '../program.js'

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    group: 'Results:',
    name: 'query',
    summary: 'issue a query, wait for it and write its result',
    load: async () => (await import('./query.js')).queryCommand,
  },
  {
    group: 'Results:',
    name: 'dump',
    summary: 'write the result of an existing job',
    load: async () => (await import('./dump.js')).dumpCommand,
  },
  {
    group: 'Results:',
    name: 'convert',
    summary: 'write a local msgpack(.gz) file in another format',
    load: async () => (await import('./convert.js')).convertCommand,
  },
  {
    group: 'Results:',
    name: 'run',
    summary: 'run the exports of a manifest, for cron: idempotent, resumable',
    below: ['status'],
    load: async () => (await import('./run.js')).runCommand,
    refused: async () => (await import('../refused-run.js')).tellRefusedRun,
  },
  {
    group: 'Results:',
    name: 'state',
    summary: 'show what runs of a manifest have done, or set a watermark',
    below: ['show', 'set'],
    load: async () => (await import('./state.js')).stateCommand,
  },
  {
    group: 'Results:',
    name: 'inspect',
    summary: 'show what is in a file, an object of a store or a job; as a page, too',
    load: async () => (await import('./inspect.js')).inspectCommand,
  },
  {
    group: 'Results:',
    name: 'diff',
    summary: 'compare two files or results: columns, rows, values; exit code 8 where they differ',
    load: async () => (await import('./diff.js')).diffCommand,
  },
  {
    group: 'Jobs:',
    name: 'issue',
    summary: 'issue a query and print its job id',
    load: async () => (await import('./issue.js')).issueCommand,
  },
  {
    group: 'Jobs:',
    name: 'wait',
    summary: 'wait until a job has finished',
    load: async () => (await import('./wait.js')).waitCommand,
  },
  {
    group: 'Jobs:',
    name: 'list',
    summary: 'list recent jobs',
    load: async () => (await import('./list.js')).listCommand,
  },
  {
    group: 'Jobs:',
    name: 'show',
    summary: 'show everything known about a job',
    load: async () => (await import('./show.js')).showCommand,
  },
  {
    group: 'Jobs:',
    name: 'status',
    summary: 'show the state of a job',
    load: async () => (await import('./status.js')).statusCommand,
  },
  {
    group: 'Jobs:',
    name: 'stats',
    summary: 'show the statistics of a job',
    load: async () => (await import('./stats.js')).statsCommand,
  },
  {
    group: 'Jobs:',
    name: 'kill',
    summary: 'kill a job',
    load: async () => (await import('./kill.js')).killCommand,
  },
  {
    group: 'Jobs:',
    name: 'export',
    summary: "let Treasure Data's own servers write a result or a table elsewhere",
    below: ['result', 'table'],
    load: async () => (await import('./export.js')).exportCommand,
  },
  {
    group: 'Local:',
    name: 'config',
    summary: 'show the settings and where each comes from',
    load: async () => (await import('./config.js')).configCommand,
  },
  {
    group: 'Local:',
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.js')).completionCommand,
  },
  {
    group: 'Local:',
    name: 'sandbox',
    summary: 'serve a local Treasure Data API for trying and testing',
    load: async () => (await import('./sandbox.js')).sandboxCommand,
  },
  {
    group: 'Local:',
    name: 'demo',
    summary: 'run queries against a local Treasure Data API and write files',
    load: async () => (await import('./demo.js')).demoCommand,
  },
  {
    group: 'Local:',
    name: 'help',
    summary: 'print the help of a command, or a page such as errors or formats',
    load: async () => (await import('./help.js')).helpCommand,
  },
]
