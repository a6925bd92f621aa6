import { type Client, createClient, resolveConfig } from '../client/index.js'
import type { SluiceError } from '../errors.js'
import { type ConnectionOptions, clientOptions } from './options/connection.js'
import type { Session } from './session.js'
import { duration } from './terminal/units.js'

/** Gives `use` a client made from options, environment and td.conf, and closes it whatever happens. */
export async function connect<T>(
  options: ConnectionOptions,
  { context, reporter }: Session,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const onRetry = (failure: SluiceError, pauseMs: number) => {
    const again = `${failure.code}: ${failure.message}; trying again in ${duration(pauseMs)}`
    reporter.progress({ type: 'notice', code: 'N_RETRY', message: again })
  }
  const config = resolveConfig({ ...clientOptions(options), onRetry }, context.env, context.home)
  const client = createClient(config)
  reporter.start()
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
