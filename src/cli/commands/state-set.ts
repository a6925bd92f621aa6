import { Argument, type Command } from 'commander'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

export function stateSetCommand(group: Command, session: Session): void {
  const command = subcommand(group, session, {
    name: 'set',
    summary: 'set how far an export has come',
    description:
      'Set the watermark of an export: the time from which its next start exports rows. No run of the manifest may be at work.',
    examples: ['td-sluice state set exports.yaml events watermark 2026-01-31T06:00:00Z'],
  })
    .argument('<file>', 'the manifest, or its state')
    .argument('<export>', 'name of the export')
    .addArgument(new Argument('<key>', 'what to set').choices(['watermark']))
    .argument('<value>', 'a time, such as 2026-01-31, by the zone of the manifest, or seconds since 1970')
    .optionsGroup('State:')
    .option('--state <file>', 'file that records what was done (default: beside the manifest)')
  jsonOption(command).action(async (file: string, name: string, key: string, value: string) => {
    const { state: path, json } = command.optsWithGlobals<AnswerOptions & { state?: string }>()
    const { context, reporter } = session
    const { setWatermark } = await import('../../manifest/state-view.js')
    const { before, after } = await setWatermark({ file, state: path, cwd: context.cwd }, name, value, {
      signal: context.signal,
      notice: (notice) => reporter.progress({ type: 'notice', ...notice }),
    })
    if (json) {
      const { printJson } = await import('../text/print.js')
      return printJson({ export: name, key, before: before ?? null, after }, session)
    }
    const was = before === undefined ? 'it had none' : `it was ${before}`
    reporter.info(`the watermark of ${name} is ${after}; ${was}`, { event: 'state_set', name, before, after })
  })
}
