import type { Context } from '../context.js'
import type { GeneralOptions, Reporter } from './reporter.js'

/** The reporter that the options and the terminal ask for; loads only what that one needs. */
export async function createReporter(context: Context, options: GeneralOptions): Promise<Reporter> {
  if (options.logFormat === 'json') {
    const { JsonReporter } = await import('./json-reporter.js')
    return new JsonReporter(context.stderr, options)
  }
  const { TextReporter } = await import('./text-reporter.js')
  if (!context.stderrIsTerminal || context.env.TERM === 'dumb' || options.quiet) {
    return new TextReporter(context, options)
  }
  const { LiveProgress } = await import('./live-progress.js')
  return new TextReporter(context, options, new LiveProgress(context))
}
