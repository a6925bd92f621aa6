import { type Command, Option } from 'commander'
import type { ManifestAccount } from '../../client/index.js'
import { SluiceError } from '../../errors.js'
import type { OnAbort } from '../../pipeline/kill-on-abort.js'
import type { RunProgress, SaveReport } from '../failed-run.js'
import { type AnswerOptions, answerOptions, wantsJson } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { integer } from '../options/parse.js'
import { texts } from '../options/repeats.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'
import { runStatusCommand } from './run-status.js'

interface RunCommandOptions extends ConnectionOptions, AnswerOptions {
  scheduledTime?: string
  from?: string
  to?: string
  last?: number
  parallel?: number
  only?: readonly string[]
  force?: boolean
  fullRefresh?: boolean
  dryRun?: boolean
  schema?: boolean
  report?: string
  metricsFile?: string
  state?: string
  onInterrupt: OnAbort
}

export function runCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'run',
    description:
      'Run the exports of a manifest, each once per scheduled time. Started again, it finds the jobs of the earlier ' +
      'start and skips complete outputs.',
    examples: [
      'td-sluice run exports.yaml',
      'td-sluice run exports.yaml --dry-run',
      'td-sluice run exports.yaml --json | jq \'.exports[] | select(.outcome == "failed")\'',
      'td-sluice run exports.yaml --only users --scheduled-time 2026-01-31',
      'td-sluice run exports.yaml --from 2026-01-01 --to 2026-01-31 --parallel 2',
    ],
  })
    .argument('[manifest]', 'the YAML file with the exports')
    .optionsGroup('Run:')
    .option(
      '--scheduled-time <time>',
      'the time to run for, such as 2026-01-31 (default: the current period)',
    )
    .option('--from <time>', 'all scheduled times from this one on, oldest first: a backfill')
    .option('--to <time>', 'the last of them (default: the current one)')
    .option('--last <n>', 'the last n scheduled times, the current one included', integer(1, 100_000))
    .option('--parallel <n>', 'scheduled times worked on at once (default: 1)', integer(1, 16))
    .option('--only <name>', 'only this export; may be repeated', texts)
    .option('--force', 'issue new jobs and write everything again')
    .option('--full-refresh', 'export all rows of the exports with a watermark, from its initial time on')
    .option('--dry-run', 'print what would be done, and send nothing')
    .option('--schema', 'print the JSON Schema of manifests, for editors')
    .option('--state <file>', 'file that records what was done (default: beside the manifest)')
    .option('--report <file>', 'write the outcome of each export into this file, as JSON')
    .option('--metrics-file <file>', "write metrics into this file, for node_exporter's textfile collector")
    .addOption(
      new Option('--on-interrupt <action>', 'what Ctrl-C does to the jobs this run issued')
        .choices(['kill', 'leave'])
        .default('leave'),
    )
  runStatusCommand(command, session)
  const start = async (
    file: string,
    options: RunCommandOptions,
    progress: RunProgress,
    saveReport: SaveReport,
  ) => {
    const { context, reporter } = session
    const { clientOptions } = await import('../client-options.js')
    const { resolveAccount } = await import('../../client/index.js')
    const accountFor = (account: ManifestAccount) =>
      resolveAccount(clientOptions(options, context.cwd), account, context.env, context.home)
    const { isoTime } = await import('../../manifest/time-text.js')
    const { planRun } = await import('../../manifest/plan.js')
    const { env, cwd } = context
    const { scheduledTime, from, to, last, parallel, only, state } = options
    const times = { scheduledTime, from, to, last, parallel }
    const plan = await planRun({ file, cwd, env, accountFor, ...times, only, state, now: context.clock() })
    progress.scheduledTime = isoTime(plan.scheduledTime, plan.zone)
    if (!options.dryRun) reporter.dateLines(() => isoTime(context.clock(), plan.zone))
    const { runPlan } = await import('../../manifest/run.js')
    const { refuseSharedPlaces } = await import('../../files/places.js')
    const { placesOf } = await import('../places.js')
    refuseSharedPlaces([
      ...plan.places,
      ...placesOf({ profile: plan.account.profile, ...options, state: plan.statePath }, context),
    ])
    if (options.dryRun) {
      const { describePlan, planText } = await import('../text/plan.js')
      const { force = false, fullRefresh = false } = options
      return print(await describePlan(plan, { force, fullRefresh }), options, session, planText)
    }
    const { newClient } = await import('../with-client.js')
    const { exportReporters } = await import('../progress/export-reporter.js')
    const { endOf } = await import('../../manifest/run-end.js')
    await progress.begun?.()
    const { collectingDeadChunks } = await import('../collector.js')
    const report = await collectingDeadChunks(async () =>
      runPlan(plan, {
        createClient: (reporter) => newClient(options, context, reporter, plan.account),
        force: options.force ?? false,
        fullRefresh: options.fullRefresh ?? false,
        env,
        signal: context.signal,
        onAbort: options.onInterrupt,
        listener: {
          progress: (event) => reporter.progress(event),
          info: (message, fields) => reporter.info(message, fields),
          forExport: await exportReporters(session, plan),
        },
      }),
    )
    progress.reported = true
    progress.isWhole = only === undefined
    const { summary, failure } = endOf(report.exports, context.signal)
    if (failure !== undefined) {
      const { saveAfterFailure } = await import('../failed-run.js')
      await saveAfterFailure(saveReport, report, session)
      throw failure
    }
    await saveReport(report)
    const skipped = report.exports.filter(({ outcome }) => outcome === 'skipped').length
    const written = report.exports.length - skipped
    reporter.info(summary, {
      event: 'run_complete',
      written,
      skipped,
    })
  }
  connectionOptions(answerOptions(command)).action(async (manifest: string | undefined) => {
    const given = command.optsWithGlobals<RunCommandOptions>()
    if (given.schema) {
      if (manifest !== undefined)
        throw new SluiceError('E_USAGE', '--schema is that of all manifests: name none')
      const { printManifestSchema } = await import('../topics.js')
      return printManifestSchema(session)
    }
    const file = requireManifest(manifest)
    session.tellsFailures = true
    if (given.dryRun) return start(file, given, {}, async () => {})
    const { dateLinesInUtc } = await import('../refused-run.js')
    await dateLinesInUtc(session)
    const { reportOnStdout } = await import('../report-file.js')
    const options = wantsJson(given) ? { ...given, report: reportOnStdout(given) } : given
    const { withFailureReport } = await import('../failed-run.js')
    await withFailureReport(
      session,
      { manifest: file, report: options.report, metricsFile: options.metricsFile },
      (progress, save) => start(file, options, progress, save),
    )
  })
}

function requireManifest(file: string | undefined): string {
  if (file !== undefined) return file
  throw new SluiceError('E_USAGE', "missing required argument 'manifest'", {
    hint: 'td-sluice init writes a first one; td-sluice run --help tells more',
  })
}
