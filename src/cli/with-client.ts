import { Client, type ClientConfig, type ManifestAccount, resolveAccount } from '../client/index.js'
import type { SluiceError } from '../errors.js'
import { opennessNotice } from '../files/key-file.js'
import { clientOptions, showsSecretHeader } from './client-options.js'
import type { Context } from './context.js'
import type { ConnectionOptions } from './options/connection.js'
import type { Reporter } from './progress/reporter.js'
import type { Session } from './session.js'
import { duration } from './terminal/units.js'

/** A client made from options, environment, profile and files; `reporter` hears what is tried again. */
export function newClient(
  options: ConnectionOptions,
  context: Context,
  reporter: Pick<Reporter, 'progress'>,
  manifest?: ManifestAccount,
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
  const config = resolveAccount({ ...clientOptions(options, cwd), onRetry }, manifest, env, home)
  const client = new Client(config)
  tellOpenKey(config, reporter)
  tellOverridden(options, config, reporter)
  return client
}

/** Others than the owner of a key file may be meant to read it only where its mode says nothing. */
function tellOpenKey({ origins }: ClientConfig, reporter: Pick<Reporter, 'progress'>): void {
  const notice = origins.apiKeyFile && opennessNotice(origins.apiKeyFile, origins.apiKeyFile)
  if (notice) reporter.progress({ type: 'notice', ...notice })
}

/** A user who names a profile may not know that a variable comes before it. */
function tellOverridden(
  { profile }: ConnectionOptions,
  { origins }: ClientConfig,
  reporter: Pick<Reporter, 'progress'>,
): void {
  if (profile === undefined) return
  const fromEnvironment = [
    ['API key', origins.apiKey],
    ['endpoint', origins.endpoint],
  ].filter(([, origin]) => /^(?:TD|TREASURE_DATA)_/.test(origin ?? ''))
  if (fromEnvironment.length === 0) return
  const values = fromEnvironment.map(([what, origin]) => `the ${what} is that of ${origin}`)
  const message = `${values.join(', and ')}: the environment comes before the profile ${profile}`
  reporter.progress({ type: 'notice', code: 'N_PROFILE_OVERRIDDEN', message })
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
    // Without a key nothing is prepared.
    await client.ready({ signal: context.signal })
    return await use(client)
  } finally {
    await client.close()
  }
}
