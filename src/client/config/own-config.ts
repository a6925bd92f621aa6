import { dirname, isAbsolute, join } from 'node:path'
import { SluiceError } from '../../errors.js'
import { suggestion } from '../../model/suggest.js'
import { type ConfigText, readConfigText } from './config-text.js'
import type { EnvVariables } from './found.js'
import { SETTING_KEYS, type SettingKey, type SettingsLayer } from './layer.js'

/** Our own configuration file. */
export interface OwnConfig {
  readonly path: string
  /** The profile of those who name none. */
  readonly profile: string | undefined
  /** Settings before the first profile, which apply to all profiles. */
  readonly head: SettingsLayer
  readonly profiles: ReadonlyMap<string, SettingsLayer>
}

const SECTION = /^\[\s*(.*?)\s*\]$/
const ASSIGNMENT = /^(\w+)\s*=\s*(.*)$/

/** The folder for configuration files; undefined for a user without a home folder. */
export function configFolder(env: EnvVariables, home: string): string | undefined {
  const named = env.XDG_CONFIG_HOME
  // https://specifications.freedesktop.org/basedir-spec/latest/#variables
  if (named !== undefined && isAbsolute(named)) return named
  return home === '' ? undefined : join(home, '.config')
}

/** Where our own configuration file lies; undefined for a user without a home folder. */
export function ownConfigPath(env: EnvVariables, home: string): string | undefined {
  const folder = configFolder(env, home)
  return folder === undefined ? undefined : join(folder, 'td-sluice', 'config')
}

/**
 * Reads `~/.config/td-sluice/config`, where there is one: lines of `key = value`, for each profile below its name in brackets.
 *
 * @throws SluiceError `E_CONFIG` when it cannot be read, for an unknown key or line, and when every user can change it: it may
 *   hold commands.
 */
export function readOwnConfig(env: EnvVariables, home: string): OwnConfig | undefined {
  const path = ownConfigPath(env, home)
  const file = path === undefined ? undefined : readConfigText(path, false)
  if (file === undefined) return undefined
  if (file.isOpen)
    throw new SluiceError('E_CONFIG', `the configuration file ${file.path} can be changed by every user`, {
      hint: `run: chmod 600 ${file.path}`,
    })
  return parseOwnConfig(file, home)
}

interface Section {
  readonly settings: { [K in SettingKey]?: string }
  profile?: string
}

function parseOwnConfig(file: ConfigText, home: string): OwnConfig {
  const { path, text } = file
  const head: Section = { settings: {} }
  const sections = new Map<string, Section>()
  let section = head
  for (const [i, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const problem = (what: string, hint?: string) =>
      new SluiceError('E_CONFIG', `${path}:${i + 1}: ${what}`, { hint })
    const name = SECTION.exec(line)?.[1]
    if (name !== undefined) {
      if (name === '') throw problem('a profile has a name')
      if (sections.has(name)) throw problem(`there is another profile ${name}`)
      section = { settings: {} }
      sections.set(name, section)
      continue
    }
    const [, key, value = ''] = ASSIGNMENT.exec(line) ?? []
    if (key === undefined)
      throw problem('this is no line such as key = value', 'a profile begins with [name]')
    const known: readonly string[] = section === head ? [...SETTING_KEYS, 'profile'] : SETTING_KEYS
    if (!known.includes(key))
      throw problem(`unknown key ${key}${suggestion(key, known)}`, `the keys are ${known.join(', ')}`)
    const isRepeated =
      key === 'profile' ? section.profile !== undefined : Object.hasOwn(section.settings, key)
    if (isRepeated) throw problem(`${key} is there already`)
    if (key === 'profile') section.profile = unquoted(value)
    else if (value !== '') section.settings[key as SettingKey] = unquoted(value)
  }
  const layer = (origin: string, { settings }: Section): SettingsLayer => ({
    origin,
    folder: dirname(path),
    home,
    settings,
    keyFile: file,
  })
  return {
    path,
    profile: head.profile || undefined,
    head: layer(path, head),
    profiles: new Map([...sections].map(([name, each]) => [name, layer(`profile ${name} of ${path}`, each)])),
  }
}

/** Without quotes around the whole value, which other tools ask for. */
function unquoted(value: string): string {
  const [, quote, inner] = /^(['"])(.*)\1$/.exec(value) ?? []
  return quote === undefined || inner!.includes(quote) ? value : inner!
}
