import type { SluiceError } from '../../errors.js'
import type { Duration } from '../../model/duration.js'
import { checkOptions, type OptionShapes } from '../../usage.js'
import type { Site } from './endpoint.js'
import type { GivenHeaders } from './headers.js'

/** How to reach the API. Everything may be left out; the environment, profiles and `~/.td/td.conf` fill the gaps. */
export interface ConfigOptions {
  /**
   * A profile of `~/.config/td-sluice/config`, or of the command `tdx`: what its options and the environment leave out. `TD_PROFILE`
   * comes after it.
   */
  readonly profile?: string | undefined
  /** The API key. `TD_API_KEY` and `td.conf` come after it. */
  readonly apiKey?: string | undefined
  /** A file that holds the key and nothing else; it must not be open to other users. */
  readonly apiKeyFile?: string | undefined
  /**
   * A line for the shell that prints the key, such as `pass show td`. It is run when the key is first needed, without stdin, and
   * has 60 seconds; its answer is used for five minutes. `TD_API_KEY_COMMAND` comes after it.
   */
  readonly apiKeyCommand?: string | undefined
  /** A URL or a bare host. Plain http is for loopback only. */
  readonly endpoint?: string | undefined
  /**
   * The site whose endpoint is used where no `endpoint` is given.
   *
   * @default `us01`
   */
  readonly site?: Site | undefined
  /** The database of queries that name none. `TD_DATABASE` comes after it. */
  readonly database?: string | undefined
  /** Another file in place of `~/.td/td.conf`. */
  readonly configFile?: string | undefined
  /** A PEM file of certificate authorities to trust beside the built-in ones. */
  readonly caFile?: string | undefined
  /**
   * How often a request is made again after a failure that may pass.
   *
   * @default 7
   */
  readonly retries?: number | undefined
  /**
   * The first backoff; it doubles each time up to 30 s, with full jitter.
   *
   * @default '500ms'
   */
  readonly retryDelay?: Duration | undefined
  /**
   * For name resolution, TCP and TLS together.
   *
   * @default '10s'
   */
  readonly connectTimeout?: Duration | undefined
  /**
   * How long the server may stay silent while something is expected of it.
   *
   * @default '60s'
   */
  readonly idleTimeout?: Duration | undefined
  /**
   * The least pace of a download, in bytes a second, averaged over five minutes in which bytes were wanted. A server that
   * stays below it ends the run with `E_TIMEOUT`: one byte a minute would be no silence, and never end. 0 for none.
   *
   * @default 1024
   */
  readonly minBytesPerSecond?: number | undefined
  /** Added to the User-Agent, such as `my-etl/2.1`. */
  readonly userAgentSuffix?: string | undefined
  /**
   * Further headers of every request, such as those of a gateway. They go to the endpoint only and are never shown.
   * `TD_API_HEADERS`, lines of `name=value`, comes after them, name by name.
   */
  readonly headers?: GivenHeaders | undefined
  /** Called before each pause between two attempts, with what failed and the length of the pause in milliseconds. */
  readonly onRetry?: ((failure: SluiceError, pauseMs: number) => void) | undefined
}

const CONFIG_OPTIONS: OptionShapes<ConfigOptions> = {
  profile: 'text',
  apiKey: 'text',
  apiKeyFile: 'text',
  apiKeyCommand: 'text',
  endpoint: 'text',
  site: 'text',
  database: 'text',
  configFile: 'text',
  caFile: 'text',
  retries: 'count',
  retryDelay: 'duration',
  connectTimeout: 'duration',
  idleTimeout: 'duration',
  minBytesPerSecond: 'count',
  userAgentSuffix: 'text',
  headers: 'headers',
  onRetry: 'function',
}

/** Whether an option of this name says how to reach the API. */
export function isConfigOption(name: string): boolean {
  return Object.hasOwn(CONFIG_OPTIONS, name)
}

/**
 * Checks names and shapes of the options, and reads nothing.
 *
 * @param what whose options they are: `connect`
 * @throws SluiceError `E_USAGE` for an option that is unknown or has another shape.
 */
export function checkConfigOptions(options: unknown, what: string): void {
  checkOptions(options, what, CONFIG_OPTIONS)
}
