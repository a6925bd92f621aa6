import { type Command, Option } from 'commander'
import { SITES, type Site } from '../../client/config/endpoint.js'
import { integer, milliseconds, positiveDuration } from './parse.js'
import { texts } from './repeats.js'

export interface ConnectionOptions {
  profile?: string
  site?: Site
  endpoint?: string
  apiKeyFile?: string
  configFile?: string
  caFile?: string
  retries?: number
  retryDelay?: number
  connectTimeout?: number
  idleTimeout?: number
  minRate?: number
  requestHeader?: readonly string[]
}

/** How to reach the API. */
export function connectionOptions(command: Command): Command {
  // td has another meaning for the letter in some of its commands: what is meant so must not be the place to send a key to.
  const letter = command.options.some(({ short }) => short === '-e') ? '' : '-e, '
  return command
    .optionsGroup('Connection:')
    .option('--profile <name>', 'account of ~/.config/td-sluice/config, or of tdx (or TD_PROFILE)')
    .addOption(new Option('--site <site>', 'Treasure Data site (default: us01)').choices(Object.keys(SITES)))
    .option(`${letter}--endpoint <url>`, 'API endpoint instead of a site')
    .option('--api-key-file <file>', 'read the API key from this file instead of TD_API_KEY or td.conf')
    .option('--config-file <file>', 'read this file instead of ~/.td/td.conf')
    .option('--ca-file <file>', 'trust the certificate authorities in this PEM file as well')
    .option('--retries <n>', 'try a failed request again this often (default: 7)', integer(0, 1000))
    .option(
      '--retry-delay <duration>',
      'first pause before a retry; it doubles each time (default: 500ms)',
      milliseconds,
    )
    .option(
      '--connect-timeout <duration>',
      'give up connecting after this long (default: 10s)',
      positiveDuration,
    )
    .option(
      '--idle-timeout <duration>',
      'give up on a server silent for this long (default: 60s)',
      positiveDuration,
    )
    .option(
      '--min-rate <bytes>',
      'give up on a download slower than this a second for 5 minutes, 0 for never (default: 1024)',
      integer(0, 1_000_000_000),
    )
    .addOption(requestHeader())
}

/** Its value has a name of its own, as `--no-header` of files is another thing. */
function requestHeader(): Option {
  const option = new Option(
    '--header <name:value>',
    'header of every API request (or TD_API_HEADERS), may be repeated; @FILE reads such lines from a file',
  ).argParser(texts)
  option.attributeName = () => 'requestHeader'
  return option
}
