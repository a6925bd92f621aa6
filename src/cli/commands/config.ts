import type { Command } from 'commander'
import type { ClientConfig } from '../../client/config/index.js'
import { type ConnectionOptions, clientOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { duration } from '../terminal/units.js'
import { type PrintOptions, print, printFormat } from '../text/print.js'

interface Setting {
  readonly name: string
  readonly value: string | null
  readonly origin: string | null
}

export function configCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'config',
    description:
      'Show the settings that the other commands would use, and where each comes from. The API key is never shown.',
    examples: ['td-sluice config', 'td-sluice config --site jp01'],
  }).addOption(printFormat())
  connectionOptions(command).action(async () => {
    const { resolveConfig } = await import('../../client/config/index.js')
    const { table } = await import('../terminal/table.js')
    const { env, home } = session.context
    const options = command.optsWithGlobals<ConnectionOptions & PrintOptions>()
    const resolved = resolveConfig(clientOptions(options), env, home)
    print(settingsOf(resolved, options, env), options, session, (settings, style, columns) => {
      const rows = settings.map(({ name, value, origin }) => [name, value ?? 'not set', origin ?? ''])
      return table([{ name: 'setting' }, { name: 'value' }, { name: 'from' }], rows, columns, style).lines
    })
  })
}

function settingsOf(
  config: ClientConfig,
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
): Setting[] {
  const { origins } = config
  const given = (value: unknown) => (value === undefined ? 'default' : 'option')
  return [
    { name: 'API key', value: config.apiKey === undefined ? null : 'set', origin: origins.apiKey ?? null },
    { name: 'endpoint', value: config.endpoint, origin: origins.endpoint },
    { name: 'database', value: env.TD_DATABASE || null, origin: env.TD_DATABASE ? 'TD_DATABASE' : null },
    { name: 'CA file', value: origins.ca ?? null, origin: origins.ca === undefined ? null : 'option' },
    { name: 'proxy', value: config.proxies.https === undefined ? null : 'set', origin: null },
    { name: 'retries', value: String(config.retries), origin: given(options.retries) },
    { name: 'retry delay', value: duration(config.retryDelayMs), origin: given(options.retryDelay) },
    {
      name: 'connect timeout',
      value: duration(config.connectTimeoutMs),
      origin: given(options.connectTimeout),
    },
    { name: 'idle timeout', value: duration(config.idleTimeoutMs), origin: given(options.idleTimeout) },
  ]
}
