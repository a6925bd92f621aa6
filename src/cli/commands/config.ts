import type { Command } from 'commander'
import type { ClientConfig } from '../../client/config/index.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { Style } from '../terminal/style.js'
import { bytes, duration } from '../terminal/units.js'
import { print } from '../text/print.js'

/** One setting: its value as JSON has it, and as people read it where that differs; null where it is not set. */
interface Setting {
  readonly key: string
  readonly name: string
  readonly value: string | number | null
  readonly text?: string
  readonly origin: string | null
}

export function configCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'config',
    description:
      'Show the settings that the other commands would use, and where each comes from. The API key is never shown.',
    examples: [
      'td-sluice config',
      'td-sluice config --site jp01',
      'td-sluice config --json | jq -r .endpoint',
    ],
  })
  connectionOptions(answerOptions(command)).action(async () => {
    const { clientOptions } = await import('../client-options.js')
    const { resolveConfig } = await import('../../client/config/index.js')
    const { shownProxy } = await import('../../client/config/proxies.js')
    const { table } = await import('../terminal/table.js')
    const { cwd, env, home } = session.context
    const options = command.optsWithGlobals<ConnectionOptions & AnswerOptions>()
    const resolved = resolveConfig(clientOptions(options, cwd), env, home)
    const found = settingsOf(resolved, shownProxy(resolved.proxies))
    const text = (settings: readonly Setting[], style: Style, columns: number) => {
      const rows = settings.map(({ name, value, text = value, origin }) => [
        name,
        text === null ? 'not set' : String(text),
        origin ?? '',
      ])
      return table([{ name: 'setting' }, { name: 'value' }, { name: 'from' }], rows, columns, style).lines
    }
    print(found, options, session, text, settingsJson)
  })
}

/** Each setting by its key, and below `origins` where each comes from. */
function settingsJson(settings: readonly Setting[]) {
  return {
    ...Object.fromEntries(settings.map(({ key, value }) => [key, value])),
    origins: Object.fromEntries(settings.map(({ key, origin }) => [key, origin])),
  }
}

function settingsOf(config: ClientConfig, proxy: string | undefined): Setting[] {
  const { apiKey, endpoint, database, profile, headers, origins, retries, minBytesPerSecond } = config
  const { retryDelayMs, connectTimeoutMs, idleTimeoutMs } = config
  return [
    setting('profile', 'profile', profile, origins.profile),
    { ...setting('apiKey', 'API key', apiKey?.toString(), origins.apiKey), ...(apiKey && { text: 'set' }) },
    setting('endpoint', 'endpoint', endpoint, origins.endpoint),
    setting('database', 'database', database, origins.database),
    setting('configFile', 'td.conf', origins.configFile, undefined),
    setting('caFile', 'CA file', origins.ca, origins.caFile),
    setting('headers', 'headers', Object.keys(headers).join(', ') || undefined, origins.headers),
    setting('proxy', 'proxy', proxy, 'environment'),
    setting('retries', 'retries', retries, origins.retries),
    time('retryDelayMs', 'retry delay', retryDelayMs, origins.retryDelayMs),
    time('connectTimeoutMs', 'connect timeout', connectTimeoutMs, origins.connectTimeoutMs),
    time('idleTimeoutMs', 'idle timeout', idleTimeoutMs, origins.idleTimeoutMs),
    {
      ...setting('minBytesPerSecond', 'least pace', minBytesPerSecond, origins.minBytesPerSecond),
      text: `${bytes(minBytesPerSecond)}/s`,
    },
  ]
}

function setting(
  key: string,
  name: string,
  value: string | number | undefined,
  origin: string | undefined,
): Setting {
  return { key, name, value: value ?? null, origin: (value === undefined ? undefined : origin) ?? null }
}

function time(key: string, name: string, ms: number, origin: string): Setting {
  return { ...setting(key, name, ms, origin), text: duration(ms) }
}
