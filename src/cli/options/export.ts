import type { Command } from 'commander'
import { type ConnectionOptions, connectionOptions } from './connection.js'
import { type InterruptOptions, interruptOption, type WaitOptions, waitOptions } from './job.js'

export interface ExportOptions extends WaitOptions, InterruptOptions, ConnectionOptions {
  wait?: true
}

/** Options of the commands that let the server write something elsewhere. */
export function exportOptions(command: Command): Command {
  command.option('-w, --wait', 'wait for the export; the exit code says how it ended')
  return connectionOptions(interruptOption(waitOptions(command)))
}
