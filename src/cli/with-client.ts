import { Client, resolveConfig } from '../client/index.js'
import type { SluiceError } from '../errors.js'
import { clientOptions, showsSecretHeader } from './client-options.js'
import type { Context } from './context.js'
import type { ConnectionOptions } from './options/connection.js'
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
  if (showsSecretHeader(options)) {
    const message =
      'every user of this machine can see the header in an argument; write it into a file and give --header @FILE'
    reporter.progress({ type: 'notice', code: 'N_SECRET_ARGUMENT', message })
  }
  const { cwd, env, home } = context
  return new Client(resolveConfig({ ...clientOptions(options, cwd), onRetry }, env, home))
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
