import type { Option } from 'commander'
import type { SluiceError } from '../errors.js'
import { type RunPlaces, withFailureReport } from './failed-run.js'
import { type CommandEntry, createProgram } from './program.js'
import { newSession, type Session } from './session.js'

/**
 * Tells of a command line of `run` that was refused before its work began, where it can be read what it was for: replaces the
 * report, and runs `on_failure` of the manifest. Never rejects.
 */
export async function tellRefusedRun(
  args: readonly string[],
  failure: SluiceError,
  session: Session,
  commands: readonly CommandEntry[],
): Promise<void> {
  const program = await createProgram(newSession(session.context), commands, (name) => name === 'run')
  const command = program.commands.find((each) => each.name() === 'run')!
  const wanted = readLeniently(args, [...program.options, ...command.options])
  if (wanted === undefined) return
  await dateLinesInUtc(session)
  await withFailureReport(session, wanted, async () => {
    throw failure
  }).catch(() => {})
}

/** A log tells the times of failures as well that come before the zone of the manifest is known. */
export async function dateLinesInUtc({ context, reporter }: Session): Promise<void> {
  const { utcTime } = await import('../manifest/time-text.js')
  reporter.dateLines(() => utcTime(context.clock()))
}

/** The manifest, the report and the metrics of a command line, whatever else is wrong with it; undefined when it would run nothing. */
function readLeniently(args: readonly string[], options: readonly Option[]): RunPlaces | undefined {
  const valued = options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long])
  const operands: string[] = []
  const places = new Map<string, string>()
  let isAnswer = false
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (arg === '--') {
      operands.push(...args.slice(i + 1))
      break
    }
    const [, flag, inline] = /^(--report|--metrics-file)(?:=(.+))?$/s.exec(arg) ?? []
    if (arg === '--dry-run' || arg === '--schema' || arg === '--help' || arg === '-h') return undefined
    if (arg === '--json') isAnswer = true
    else if (flag !== undefined) {
      const place = inline ?? args[++i]
      if (place !== undefined && !places.has(flag)) places.set(flag, place)
    } else if (valued.includes(arg)) i++
    else if (!arg.startsWith('-')) operands.push(arg)
  }
  // The first is the command.
  const [, manifest] = operands
  if (manifest === 'status') return undefined
  const report = places.get('--report') ?? (isAnswer ? '-' : undefined)
  const metricsFile = places.get('--metrics-file')
  const isUnknown = manifest === undefined && report === undefined && metricsFile === undefined
  return isUnknown ? undefined : { manifest, report, metricsFile }
}
