import { SluiceError } from '../../errors.js'
import { Secret } from '../../secrets/secret.js'
import { openToOthers, parseApiKey, readApiKeyFile } from './api-key.js'
import { type EnvVariables, type Found, given, variable } from './found.js'
import { type KeyCommand, runKeyCommand } from './key-command.js'
import { layerWith, pathIn, type SettingsLayer } from './layer.js'
import type { ConfigOptions } from './options.js'

const WAYS = ['api_key', 'api_key_file', 'api_key_command'] as const

/** An API key, and the file that it was read from, where that is one which nobody else should read. */
export interface FoundKey extends Found<Secret> {
  readonly file?: string | undefined
}

/**
 * The API key, or what finds it when it is first asked for.
 *
 * @throws SluiceError `E_CONFIG` for one that cannot be used, `E_USAGE` for options that exclude each other.
 */
export function resolveApiKey(
  options: ConfigOptions,
  env: EnvVariables,
  layers: readonly SettingsLayer[],
): FoundKey | undefined {
  return ofOptions(options, env) ?? ofEnvironment(env) ?? ofLayer(layerWith(layers, ...WAYS), env)
}

function ofOptions(
  { apiKey, apiKeyFile, apiKeyCommand }: ConfigOptions,
  env: EnvVariables,
): FoundKey | undefined {
  const names = Object.entries({ apiKey, apiKeyFile, apiKeyCommand }).filter(
    ([, value]) => value !== undefined,
  )
  if (names.length > 1)
    throw new SluiceError('E_USAGE', `${names.map(([name]) => name).join(' and ')} exclude each other`)
  if (apiKeyFile !== undefined)
    return { value: readApiKeyFile(apiKeyFile), origin: apiKeyFile, file: apiKeyFile }
  if (apiKeyCommand !== undefined)
    return ofCommand({ command: apiKeyCommand, origin: 'apiKeyCommand', folder: process.cwd(), env })
  return ofText(given(apiKey, 'option'))
}

function ofEnvironment(env: EnvVariables): Found<Secret> | undefined {
  const named = variable(env, 'TREASURE_DATA_API_KEY', 'TD_API_KEY')
  // `echo KEY | base64` puts a line end into a Kubernetes secret.
  if (named !== undefined) return ofText({ ...named, value: named.value.replace(/[\r\n]+$/, '') })
  const command = variable(env, 'TD_API_KEY_COMMAND')
  return command && ofCommand({ command: command.value, origin: command.origin, folder: process.cwd(), env })
}

function ofLayer(layer: SettingsLayer | undefined, env: EnvVariables): FoundKey | undefined {
  if (layer === undefined) return undefined
  const { origin, folder, settings, keyFile } = layer
  const ways = WAYS.filter((key) => settings[key] !== undefined)
  if (ways.length > 1)
    throw new SluiceError('E_CONFIG', `${ways.join(' and ')} exclude each other (${origin})`)
  const { api_key: key, api_key_file: file, api_key_command: command } = settings
  if (key !== undefined && keyFile?.openness === 'open')
    throw openToOthers('file with an API key', keyFile.path)
  if (command !== undefined)
    return ofCommand({ command, origin: `api_key_command of ${origin}`, folder, env })
  if (file !== undefined) {
    const path = pathIn(layer, file)
    return { value: readApiKeyFile(path), origin, file: path }
  }
  const found = ofText(given(key, origin))
  return found && { ...found, file: keyFile?.path }
}

function ofText(text: Found<string> | undefined): Found<Secret> | undefined {
  return text && { value: parseApiKey(text.value, text.origin), origin: text.origin }
}

function ofCommand(command: KeyCommand): Found<Secret> {
  const { origin } = command
  if (command.command.trim() === '')
    throw new SluiceError('E_CONFIG', `the command for the API key is empty (${origin})`)
  return {
    value: new Secret(async (signal) => {
      return parseApiKey(await runKeyCommand(command, signal), `the command of ${origin}`).reveal()
    }),
    origin,
  }
}
