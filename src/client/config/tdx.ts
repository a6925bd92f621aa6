import { join } from 'node:path'
import { SluiceError } from '../../errors.js'
import { readConfigText } from './config-text.js'
import { isSite, SITES } from './endpoint.js'
import { type EnvVariables, variable } from './found.js'
import type { SettingsLayer } from './layer.js'
import { configFolder } from './own-config.js'

/** The account that is used where `tdx` is told no profile. */
const DEFAULT = 'default'
/** Names that can be part of the name of a file. */
const PLAIN_NAME = /^\w[\w.-]*$/

/** Files in which `tdx`, the command of Treasure Data, keeps its profiles. */
export interface TdxProfiles {
  readonly names: readonly string[]
  /** The layers of one, the nearest first; undefined for a name that it does not know. */
  readonly layersOf: (name: string) => SettingsLayer[] | undefined
}

/**
 * The profiles in `~/.config/tdx/tdx.json`, and their keys as far as they lie in the environment or in `.env` files: those in the
 * keychain of the system are for `tdx` alone.
 *
 * https://docs.treasuredata.com/treasure-code/guide/context-management
 *
 * @throws SluiceError `E_CONFIG` when a file cannot be read.
 */
export function readTdxProfiles(env: EnvVariables, home: string): TdxProfiles {
  const config = configFolder(env, home)
  if (config === undefined) return { names: [], layersOf: () => undefined }
  const folder = join(config, 'tdx')
  const global = readSettings(join(folder, 'tdx.json'))
  const profiles = mapping(global?.profiles) ?? {}
  return {
    names: Object.keys(profiles),
    layersOf(name) {
      if (!PLAIN_NAME.test(name)) return undefined
      const [own, ownKey, otherKey] = filesOf(name, folder)
      const settings = (Object.hasOwn(profiles, name) && mapping(profiles[name])) || readSettings(own)
      const key = keyOf(name, env) ?? readKey(ownKey) ?? readKey(otherKey)
      const common = variable(env, 'TDX_API_KEY')
      const shared = common && { ...common, keyFile: undefined }
      const all = shared ?? readKey(join(folder, '.env'))
      if (settings === undefined && key === undefined && (name !== DEFAULT || !(global ?? all)))
        return undefined
      const origin = `profile ${name} of ${join(folder, 'tdx.json')}`
      const layer = (
        of: string,
        given: SettingsLayer['settings'],
        keyFile?: SettingsLayer['keyFile'],
      ): SettingsLayer => ({ origin: of, folder, home, settings: given, keyFile })
      return [
        ...(key ? [layer(key.origin, { api_key: key.value }, key.keyFile)] : []),
        layer(origin, accountOf(settings ?? {}, origin)),
        ...(all ? [layer(all.origin, { api_key: all.value }, all.keyFile)] : []),
        layer(join(folder, 'tdx.json'), accountOf(global ?? {}, join(folder, 'tdx.json'))),
      ]
    },
  }
}

/** The files that may tell a profile of `tdx`, whether they are there or not. */
export function tdxFiles(profile: string | undefined, env: EnvVariables, home: string): string[] {
  const config = configFolder(env, home)
  if (config === undefined) return []
  const folder = join(config, 'tdx')
  const common = [join(folder, 'tdx.json'), join(folder, '.env')]
  return profile === undefined || !PLAIN_NAME.test(profile)
    ? common
    : [...common, ...filesOf(profile, folder)]
}

function filesOf(name: string, folder: string): [settings: string, key: string, otherKey: string] {
  const own = join(folder, 'profiles', name)
  return [join(own, 'tdx.json'), join(own, '.env'), join(folder, `.env.${name}`)]
}

/** The key in the variable that `tdx` has for a profile: `TDX_API_KEY_MY_TEAM` for `my-team`. */
function keyOf(name: string, env: EnvVariables) {
  const found = variable(env, `TDX_API_KEY_${name.toUpperCase().replace(/\W/g, '_')}`)
  return found && { ...found, keyFile: undefined }
}

/** The key of a `.env` file. */
function readKey(path: string) {
  const file = readConfigText(path, false)
  const [, quoted] = /^[ \t]*(?:export[ \t]+)?TDX?_API_KEY[ \t]*=[ \t]*(.*)$/m.exec(file?.text ?? '') ?? []
  const value = quoted?.trim().replace(/^(['"])(.*)\1$/, '$2')
  return value ? { value, origin: path, keyFile: file } : undefined
}

/** Its site and database; a site goes to no other server than that of Treasure Data. */
function accountOf({ site, database }: Json, origin: string): SettingsLayer['settings'] {
  if (typeof site === 'string' && !isSite(site.toLowerCase()))
    throw new SluiceError('E_CONFIG', `there is no site ${JSON.stringify(site)} (${origin})`, {
      hint: `the sites are ${Object.keys(SITES).join(', ')}`,
    })
  return {
    ...(typeof site === 'string' && { site }),
    ...(typeof database === 'string' && database !== '' && { database }),
  }
}

type Json = Readonly<Record<string, unknown>>

function readSettings(path: string): Json | undefined {
  const file = readConfigText(path, false)
  if (file === undefined) return undefined
  try {
    return mapping(JSON.parse(file.text)) ?? {}
  } catch (error) {
    throw new SluiceError('E_CONFIG', `${path} is no JSON`, { cause: error })
  }
}

function mapping(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}
