import { readFileSync } from 'node:fs'
import { messageOf, requireObject, SluiceError } from '../../errors.js'
import type { Duration } from '../../model/duration.js'
import type { Secret } from '../../secrets/secret.js'
import { checkArgument, checkOptions, type OptionShapes, toMilliseconds } from '../../usage.js'
import { VERSION } from '../../version.js'
import { parseApiKey, readApiKeyFile } from './api-key.js'
import { DEFAULT_SITE, isSite, parseEndpoint, SITES, type Site } from './endpoint.js'
import { type ExtraHeaders, type GivenHeaders, headerLines, parseHeaders } from './headers.js'
import { type Proxies, proxiesFrom } from './proxies.js'
import { homeFolder, readTdConf, type TdConfFile, usualConf } from './td-conf.js'

/** How to reach the API. Everything may be left out; the environment and `~/.td/td.conf` fill the gaps. */
export interface ConfigOptions {
  /** The API key. `TD_API_KEY` and `td.conf` come after it. */
  readonly apiKey?: string | undefined
  /** A file that holds the key and nothing else; it must not be open to other users. */
  readonly apiKeyFile?: string | undefined
  /** A URL or a bare host. Plain http is for loopback only. */
  readonly endpoint?: string | undefined
  /** The site whose endpoint is used where no `endpoint` is given. Default `us01`. */
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
  apiKey: 'text',
  apiKeyFile: 'text',
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

/** A complete configuration; every value is valid, and `origins` says where the interesting ones came from. */
export interface ClientConfig {
  /** Undefined where none was found; `connect` then throws `E_CONFIG`. */
  readonly apiKey: Secret | undefined
  /** Scheme, host, port and path prefix, without a trailing slash. */
  readonly endpoint: string
  /** The database of queries that name none; undefined where none was found. */
  readonly database: string | undefined
  /** The user that td.conf names. */
  readonly user: string | undefined
  /** PEM text. */
  readonly ca: string | undefined
  /** How often a request is made again after a failure that may pass. */
  readonly retries: number
  /** The first backoff, in milliseconds. */
  readonly retryDelayMs: number
  /** For name resolution, TCP and TLS together, in milliseconds. */
  readonly connectTimeoutMs: number
  /** How long the server may stay silent while something is expected of it, in milliseconds. */
  readonly idleTimeoutMs: number
  /** The pace below which a server counts as stuck, in bytes a second. */
  readonly minBytesPerSecond: number
  /** The User-Agent header. */
  readonly userAgent: string
  /** Further headers of every request, by their names in lower case. */
  readonly headers: ExtraHeaders
  /** The proxies that the environment names, and the hosts that bypass them. */
  readonly proxies: Proxies
  /** Called before each pause between two attempts. */
  readonly onRetry: ConfigOptions['onRetry']
  /** Where each setting comes from. */
  readonly origins: ConfigOrigins
}

/** For each setting: `option`, `default`, the name of an environment variable, or the path of a file. */
export interface ConfigOrigins {
  /** Where the API key comes from; undefined where none was found. */
  readonly apiKey: string | undefined
  /** Where the endpoint comes from. */
  readonly endpoint: string
  /** Where the database comes from; undefined where none was found. */
  readonly database: string | undefined
  /** Where the further headers come from, if there are any. */
  readonly headers: string | undefined
  /** Where the certificate authorities come from, if any were given. */
  readonly ca: string | undefined
  /** The td.conf that was read, if there was one. */
  readonly configFile: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Puts a configuration together: options, then `TREASURE_DATA_API_KEY`, `TD_API_KEY`, `TREASURE_DATA_API_SERVER`,
 * `TD_API_SERVER`, `TD_SITE`, `TD_DATABASE` and `TD_API_HEADERS`, then td.conf (`TREASURE_DATA_CONFIG_PATH`, `TD_CONFIG_PATH` or `~/.td/td.conf`).
 *
 * A missing API key is no error yet.
 *
 * @example
 * const { endpoint, origins } = resolveConfig({ site: 'jp01' })
 * console.log(`${endpoint} (${origins.endpoint})`)
 * @throws SluiceError `E_CONFIG` for a value that is not valid or a named file that cannot be read, `E_USAGE` for options
 *   that are unknown, have another shape or contradict each other.
 */
export function resolveConfig(
  options: ConfigOptions = {},
  env: Environment = process.env,
  home: string = homeFolder(),
): ClientConfig {
  checkConfigOptions(options, 'resolveConfig')
  requireObject(env, 'the environment')
  checkArgument(home, 'the home folder', 'text')
  const file = readTdConf(options.configFile ?? namedConf(env), home)
  const key = resolveApiKey(options, env, file)
  const endpoint = resolveEndpoint(options, env, file)
  const database = given(options.database, 'option') ?? variable(env, 'TD_DATABASE')
  const headers = resolveHeaders(options, env)
  return Object.freeze({
    apiKey: key?.value,
    endpoint: endpoint.value,
    database: database?.value,
    user: file?.conf.user,
    ca: options.caFile === undefined ? undefined : readCa(options.caFile),
    retries: count('retries', options.retries, 7),
    retryDelayMs: toMilliseconds('retryDelay', options.retryDelay, 500),
    connectTimeoutMs: toMilliseconds('connectTimeout', options.connectTimeout, 10_000, 1),
    idleTimeoutMs: toMilliseconds('idleTimeout', options.idleTimeout, 60_000, 1),
    minBytesPerSecond: count('minBytesPerSecond', options.minBytesPerSecond, 1024),
    userAgent: userAgent(options.userAgentSuffix),
    headers: headers.value,
    proxies: proxiesFrom(env),
    onRetry: options.onRetry,
    origins: Object.freeze({
      apiKey: key?.origin,
      endpoint: endpoint.origin,
      database: database?.origin,
      headers: headers.origin,
      ca: options.caFile,
      configFile: file?.path,
    }),
  })
}

/** The td.conf that {@link resolveConfig} looks for when no option names one. */
export function tdConfPath(env: Environment, home: string): string | undefined {
  return namedConf(env) ?? usualConf(home)
}

function namedConf(env: Environment): string | undefined {
  return variable(env, 'TREASURE_DATA_CONFIG_PATH', 'TD_CONFIG_PATH')?.value
}

interface Found<T> {
  readonly value: T
  readonly origin: string
}

function resolveApiKey(options: ConfigOptions, env: Environment, file: TdConfFile | undefined) {
  if (options.apiKey !== undefined && options.apiKeyFile !== undefined) {
    throw new SluiceError('E_USAGE', 'apiKey and apiKeyFile exclude each other')
  }
  if (options.apiKeyFile !== undefined) {
    return { value: readApiKeyFile(options.apiKeyFile), origin: options.apiKeyFile }
  }
  const named = variable(env, 'TREASURE_DATA_API_KEY', 'TD_API_KEY')
  const text =
    given(options.apiKey, 'option') ??
    // `echo KEY | base64` puts a line end into a Kubernetes secret.
    (named && { ...named, value: named.value.replace(/[\r\n]+$/, '') }) ??
    given(file?.conf.apikey, file?.path)
  return text && { value: parseApiKey(text.value, text.origin), origin: text.origin }
}

function resolveEndpoint(
  options: ConfigOptions,
  env: Environment,
  file: TdConfFile | undefined,
): Found<string> {
  if (options.endpoint !== undefined && options.site !== undefined) {
    throw new SluiceError('E_USAGE', 'endpoint and site exclude each other')
  }
  const found =
    given(options.endpoint, 'option') ??
    siteEndpoint(given(options.site, 'option')) ??
    variable(env, 'TREASURE_DATA_API_SERVER', 'TD_API_SERVER') ??
    siteEndpoint(variable(env, 'TD_SITE')) ??
    given(file?.conf.endpoint, file?.path)
  if (found === undefined) return { value: SITES[DEFAULT_SITE], origin: 'default' }
  if (found.origin === file?.path && file.isOpen) {
    throw new SluiceError('E_CONFIG', `the endpoint in ${file.path} can be changed by every user`, {
      hint: `the API key would go wherever they say; run: chmod go-w ${file.path}`,
    })
  }
  return { value: parseEndpoint(found.value), origin: found.origin }
}

function resolveHeaders(options: ConfigOptions, env: Environment) {
  const named = variable(env, 'TD_API_HEADERS')
  const value = {
    ...(named && headerLines(named.value, named.origin)),
    ...(options.headers && parseHeaders(options.headers, 'option')),
  }
  const origins = [options.headers && 'option', named?.origin].filter((origin) => origin !== undefined)
  return {
    value: Object.freeze(value),
    origin: Object.keys(value).length === 0 ? undefined : origins.join(', '),
  }
}

function siteEndpoint(site: Found<string> | undefined): Found<string> | undefined {
  if (site === undefined) return undefined
  const name = site.value.toLowerCase()
  if (isSite(name)) return { value: SITES[name], origin: site.origin }
  throw new SluiceError('E_CONFIG', `there is no such site; the sites are ${Object.keys(SITES).join(', ')}`)
}

function readCa(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8')
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch (error) {
    throw new SluiceError('E_CONFIG', `the CA file cannot be read: ${messageOf(error)}`, { cause: error })
  }
  throw new SluiceError('E_CONFIG', `the CA file ${path} holds no PEM certificate`)
}

/** The first of `names` that is set to something. */
function variable(env: Environment, ...names: string[]): Found<string> | undefined {
  const name = names.find((candidate) => env[candidate])
  return name === undefined ? undefined : { value: env[name]!, origin: name }
}

function given(value: string | undefined, origin: string | undefined): Found<string> | undefined {
  return value === undefined || origin === undefined ? undefined : { value, origin }
}

function count(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 31 - 1) return value
  throw new SluiceError('E_USAGE', `${name} must be a whole number, 0 or more`)
}

/** The User-Agent header: `td-sluice/<version>`, and the caller's own product after it. Throws `E_USAGE`. */
export function userAgent(suffix: string | undefined): string {
  const own = `td-sluice/${VERSION}`
  if (suffix === undefined || suffix === '') return own
  if (!/^[\x20-\x7e]{1,200}$/.test(suffix)) {
    throw new SluiceError('E_USAGE', 'userAgentSuffix must be printable ASCII of at most 200 characters')
  }
  return `${own} ${suffix}`
}
