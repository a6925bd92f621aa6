import { type Client, createClient, resolveConfig } from '../client/index.js'
import { type ConnectionOptions, clientOptions } from './options/connection.js'
import type { Session } from './session.js'

/** Gives `use` a client made from options, environment and td.conf, and closes it whatever happens. */
export async function connect<T>(
  options: ConnectionOptions,
  { context, reporter }: Session,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = createClient(resolveConfig(clientOptions(options), context.env, context.home))
  reporter.start()
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
