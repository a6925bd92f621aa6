import { Client, resolveConfig } from '../client/index.js'
import type { SluiceError } from '../errors.js'
import type { Context } from './context.js'
import { type ConnectionOptions, clientOptions } from './options/connection.js'
import type { Reporter } from './progress/reporter.js'
import type { Session } from './session.js'
import { duration } from './terminal/units.js'

/** A client made from options, environment and td.conf; `reporter` hears what is tried again. */
export function newClient(
  options: ConnectionOptions,
  context: Context,
  reporter: Pick<Reporter, 'progress'>,
): Client {
  const onRetry = (failure: SluiceError, pauseMs: number) => {
    const again = `${failure.code}: ${failure.message}; trying again in ${duration(pauseMs)}`
    reporter.progress({ type: 'notice', code: 'N_RETRY', message: again })
  }
  return new Client(resolveConfig({ ...clientOptions(options), onRetry }, context.env, context.home))
}

/** Gives `use` a client, and closes it whatever happens. */
export async function withClient<T>(
  options: ConnectionOptions,
  { context, reporter }: Session,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = newClient(options, context, reporter)
  reporter.start()
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
