import type { Context } from '../context.js'
import type { GeneralOptions, Reporter } from './reporter.js'

/** The reporter that the options ask for; loads only that one. */
export async function createReporter(context: Context, options: GeneralOptions): Promise<Reporter> {
  if (options.logFormat === 'json') {
    const { JsonReporter } = await import('./json-reporter.js')
    return new JsonReporter(context.stderr, options)
  }
  const { TextReporter } = await import('./text-reporter.js')
  return new TextReporter(context, options)
}
