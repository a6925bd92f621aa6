import { dirname } from 'node:path'
import { messageOf, requireObject, SluiceError } from '../../errors.js'
import { readNamedFileSync } from '../../files/named-file.js'
import { suggestion } from '../../model/suggest.js'
import type { Secret } from '../../secrets/secret.js'
import { checkArgument, toMilliseconds } from '../../usage.js'
import { VERSION } from '../../version.js'
import { DEFAULT_SITE, isSite, parseEndpoint, SITES } from './endpoint.js'
import { type EnvVariables, type Found, given, variable } from './found.js'
import { type ExtraHeaders, headerLines, parseHeaders } from './headers.js'
import { resolveApiKey } from './key-of-account.js'
import { countOf, durationIn, layerWith, pathIn, type SettingsLayer, settingOf } from './layer.js'
import { type ConfigOptions, checkConfigOptions } from './options.js'
import { ownConfigPath, readOwnConfig } from './own-config.js'
import { type ManifestAccount, profileLayers, profileName } from './profile.js'
import { type Proxies, proxiesFrom } from './proxies.js'
import { homeFolder, readTdConf, type TdConfFile, usualConf } from './td-conf.js'
import { tdxFiles } from './tdx.js'

export { type ConfigOptions, checkConfigOptions, isConfigOption } from './options.js'

/** A complete configuration; every value is valid, and `origins` says where the interesting ones came from. */
export interface ClientConfig {
  /** Undefined where none was found; `connect` then throws `E_CONFIG`. */
  readonly apiKey: Secret | undefined
  /** Scheme, host, port and path prefix, without a trailing slash. */
  readonly endpoint: string
  /** The database of queries that name none; undefined where none was found. */
  readonly database: string | undefined
  /** The profile; undefined where none was asked for. */
  readonly profile: string | undefined
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

/** For each setting: `option`, `default`, the name of an environment variable, a profile, or the path of a file. */
export interface ConfigOrigins {
  /** Where the API key comes from; undefined where none was found. */
  readonly apiKey: string | undefined
  /** The file that the API key was read from; undefined where it was in none, or in a td.conf. */
  readonly apiKeyFile: string | undefined
  /** Where the endpoint comes from. */
  readonly endpoint: string
  /** Where the database comes from; undefined where none was found. */
  readonly database: string | undefined
  /** Where the further headers come from, if there are any. */
  readonly headers: string | undefined
  /** The file of the certificate authorities, if one was given. */
  readonly ca: string | undefined
  /** Where the name of that file comes from. */
  readonly caFile: string | undefined
  /** The td.conf that was read, if there was one. */
  readonly configFile: string | undefined
  /** Where the name of the profile comes from, if one was asked for. */
  readonly profile: string | undefined
  /** Where the number of retries comes from. */
  readonly retries: string
  /** Where the first backoff comes from. */
  readonly retryDelayMs: string
  /** Where the limit for connecting comes from. */
  readonly connectTimeoutMs: string
  /** Where the limit for a silent server comes from. */
  readonly idleTimeoutMs: string
  /** Where the least pace comes from. */
  readonly minBytesPerSecond: string
}

/**
 * Puts a configuration together: options, then `TREASURE_DATA_API_KEY`, `TD_API_KEY`, `TD_API_KEY_COMMAND`,
 * `TREASURE_DATA_API_SERVER`, `TD_API_SERVER`, `TD_SITE`, `TD_DATABASE` and `TD_API_HEADERS`, then the profile that `profile` or
 * `TD_PROFILE` names, then the head of `~/.config/td-sluice/config`, then td.conf (`TREASURE_DATA_CONFIG_PATH`, `TD_CONFIG_PATH` or
 * `~/.td/td.conf`).
 *
 * A missing API key is no error yet, and a command that prints it is not run yet.
 *
 * @example
 * const { endpoint, origins } = resolveConfig({ site: 'jp01' })
 * console.log(`${endpoint} (${origins.endpoint})`)
 * @throws SluiceError `E_CONFIG` for a value that is not valid, an unknown profile or a named file that cannot be read, `E_USAGE` for
 *   options that are unknown, have another shape or contradict each other.
 */
export function resolveConfig(
  options: ConfigOptions = {},
  env: EnvVariables = process.env,
  home: string = homeFolder(),
): ClientConfig {
  return resolveAccount(options, undefined, env, home)
}

/** As {@link resolveConfig}, for the exports of a manifest, which may name an account as well. */
export function resolveAccount(
  options: ConfigOptions,
  manifest: ManifestAccount | undefined,
  env: EnvVariables = process.env,
  home: string = homeFolder(),
): ClientConfig {
  checkConfigOptions(options, 'resolveConfig')
  requireObject(env, 'the environment')
  checkArgument(home, 'the home folder', 'text')
  const file = readTdConf(options.configFile ?? namedConf(env), home)
  const own = readOwnConfig(env, home)
  const profile = profileName(options.profile, env, manifest, own)
  const layers = [
    ...(manifest ? [layerOfManifest(manifest, home)] : []),
    ...(profile ? profileLayers(profile, own, env, home) : []),
    ...(own ? [own.head] : []),
    ...(file ? [layerOfTdConf(file, home)] : []),
  ]
  const key = resolveApiKey(options, env, layers)
  const endpoint = resolveEndpoint(options, env, layers)
  const database =
    given(options.database, 'option') ?? variable(env, 'TD_DATABASE') ?? settingOf(layers, 'database')
  const headers = resolveHeaders(options, env)
  const caFile = given(options.caFile, 'option') ?? caFileOf(layers)
  const count = (name: 'retries' | 'minBytesPerSecond', key: 'retries' | 'min_rate', fallback: number) =>
    given(checkedCount(name, options[name]), 'option') ??
    countOf(layers, key) ?? { value: fallback, origin: 'default' }
  const duration = (
    name: 'retryDelay' | 'connectTimeout' | 'idleTimeout',
    key: 'retry_delay' | 'connect_timeout' | 'idle_timeout',
    fallback: number,
    least = 0,
  ) =>
    given(toMilliseconds(name, options[name], undefined, least), 'option') ??
    durationIn(layers, key, least) ?? { value: fallback, origin: 'default' }
  const retries = count('retries', 'retries', 7)
  const retryDelay = duration('retryDelay', 'retry_delay', 500)
  const connectTimeout = duration('connectTimeout', 'connect_timeout', 10_000, 1)
  const idleTimeout = duration('idleTimeout', 'idle_timeout', 60_000, 1)
  const minRate = count('minBytesPerSecond', 'min_rate', 1024)
  return Object.freeze({
    apiKey: key?.value,
    endpoint: endpoint.value,
    database: database?.value,
    profile: profile?.value,
    user: file?.conf.user,
    ca: caFile && readCa(caFile.value),
    retries: retries.value,
    retryDelayMs: retryDelay.value,
    connectTimeoutMs: connectTimeout.value,
    idleTimeoutMs: idleTimeout.value,
    minBytesPerSecond: minRate.value,
    userAgent: userAgent(options.userAgentSuffix),
    headers: headers.value,
    proxies: proxiesFrom(env),
    onRetry: options.onRetry,
    origins: Object.freeze({
      apiKey: key?.origin,
      apiKeyFile: key?.file,
      endpoint: endpoint.origin,
      database: database?.origin,
      headers: headers.origin,
      ca: caFile?.value,
      caFile: caFile?.origin,
      configFile: file?.path,
      profile: profile?.origin,
      retries: retries.origin,
      retryDelayMs: retryDelay.origin,
      connectTimeoutMs: connectTimeout.origin,
      idleTimeoutMs: idleTimeout.origin,
      minBytesPerSecond: minRate.origin,
    }),
  })
}

/** A file that {@link resolveConfig} may read without an option that names it. */
export interface ConfigFile {
  readonly what: 'the configuration file' | 'the API key file' | 'the CA file'
  readonly path: string
}

/** The files of configuration that {@link resolveConfig} looks for, and those that their profiles name, whether they are there or not. */
export function configFiles(profile: string | undefined, env: EnvVariables, home: string): ConfigFile[] {
  const found = (what: ConfigFile['what'], ...paths: (string | undefined)[]) =>
    paths.flatMap((path) => (path === undefined ? [] : [{ what, path }]))
  const layers = layersIn(env, home)
  const named = (key: 'api_key_file' | 'ca_file') =>
    layers.flatMap((layer) => (layer.settings[key] ? [pathIn(layer, layer.settings[key])] : []))
  return [
    ...found('the configuration file', namedConf(env) ?? usualConf(home), ownConfigPath(env, home)),
    ...found('the configuration file', ...tdxFiles(profile ?? env.TD_PROFILE, env, home)),
    ...found('the API key file', ...named('api_key_file')),
    ...found('the CA file', ...named('ca_file')),
  ]
}

/** Those of our own file. One that cannot be read is told when an account is needed. */
function layersIn(env: EnvVariables, home: string): SettingsLayer[] {
  try {
    const own = readOwnConfig(env, home)
    return own === undefined ? [] : [own.head, ...own.profiles.values()]
  } catch {
    return []
  }
}

function namedConf(env: EnvVariables): string | undefined {
  return variable(env, 'TREASURE_DATA_CONFIG_PATH', 'TD_CONFIG_PATH')?.value
}

function layerOfManifest({ file, folder, apiKeyCommand }: ManifestAccount, home: string): SettingsLayer {
  const settings = { ...(apiKeyCommand !== undefined && { api_key_command: apiKeyCommand }) }
  return { origin: file, folder, home, settings }
}

function layerOfTdConf({ path, conf, isOpen }: TdConfFile, home: string): SettingsLayer {
  const { apikey, endpoint } = conf
  return {
    origin: path,
    folder: dirname(path),
    home,
    settings: { ...(apikey && { api_key: apikey }), ...(endpoint && { endpoint }) },
    openFile: isOpen ? path : undefined,
  }
}

function resolveEndpoint(
  options: ConfigOptions,
  env: EnvVariables,
  layers: readonly SettingsLayer[],
): Found<string> {
  if (options.endpoint !== undefined && options.site !== undefined) {
    throw new SluiceError('E_USAGE', 'endpoint and site exclude each other')
  }
  const found =
    given(options.endpoint, 'option') ??
    siteEndpoint(given(options.site, 'option')) ??
    variable(env, 'TREASURE_DATA_API_SERVER', 'TD_API_SERVER') ??
    siteEndpoint(variable(env, 'TD_SITE')) ??
    endpointOfLayer(layerWith(layers, 'endpoint', 'site'))
  if (found === undefined) return { value: SITES[DEFAULT_SITE], origin: 'default' }
  return { value: parseEndpoint(found.value), origin: found.origin }
}

function endpointOfLayer(layer: SettingsLayer | undefined): Found<string> | undefined {
  if (layer === undefined) return undefined
  const { origin, openFile } = layer
  const { endpoint, site } = layer.settings
  if (endpoint !== undefined && site !== undefined)
    throw new SluiceError('E_CONFIG', `endpoint and site exclude each other (${origin})`)
  if (openFile !== undefined)
    throw new SluiceError('E_CONFIG', `the endpoint in ${openFile} can be changed by every user`, {
      hint: `the API key would go wherever they say; run: chmod go-w ${openFile}`,
    })
  return given(endpoint, origin) ?? siteEndpoint(given(site, origin))
}

function caFileOf(layers: readonly SettingsLayer[]): Found<string> | undefined {
  const layer = layerWith(layers, 'ca_file')
  return layer && { value: pathIn(layer, layer.settings.ca_file!), origin: layer.origin }
}

function resolveHeaders(options: ConfigOptions, env: EnvVariables) {
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
  const sites = Object.keys(SITES)
  const message = `there is no site ${JSON.stringify(site.value)} (${site.origin})${suggestion(name, sites)}`
  throw new SluiceError('E_CONFIG', message, { hint: `the sites are ${sites.join(', ')}` })
}

function readCa(path: string): string {
  try {
    const pem = readNamedFileSync(path).toString()
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch (error) {
    throw new SluiceError('E_CONFIG', `the CA file cannot be read: ${messageOf(error)}`, { cause: error })
  }
  throw new SluiceError('E_CONFIG', `the CA file ${path} holds no PEM certificate`)
}

function checkedCount(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 31 - 1)) return value
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
