import { resolve } from 'node:path'
import { SluiceError } from '../../errors.js'
import { parseDuration } from '../../model/duration.js'
import type { ConfigText } from './config-text.js'
import type { Found } from './found.js'

/** Settings of a profile, and of the head of our own configuration file for all profiles. */
export const SETTING_KEYS = [
  'site',
  'endpoint',
  'api_key',
  'api_key_file',
  'api_key_command',
  'database',
  'ca_file',
  'retries',
  'retry_delay',
  'connect_timeout',
  'idle_timeout',
  'min_rate',
] as const

export type SettingKey = (typeof SETTING_KEYS)[number]

/** Settings of one origin that comes after options and environment: a manifest, a profile, a file. */
export interface SettingsLayer {
  /** Shown where a value comes from. */
  readonly origin: string
  /** Where relative paths start, and commands run. */
  readonly folder: string
  readonly home: string
  readonly settings: { readonly [K in SettingKey]?: string }
  /** The file, where every user of the machine can change it. */
  readonly openFile?: string | undefined
  /** The file that a key of the layer stands in, and whether other users can read it. */
  readonly keyFile?: Pick<ConfigText, 'path' | 'openness'> | undefined
}

/** The first layer that has one of `keys`. */
export function layerWith(
  layers: readonly SettingsLayer[],
  ...keys: readonly SettingKey[]
): SettingsLayer | undefined {
  return layers.find(({ settings }) => keys.some((key) => settings[key] !== undefined))
}

/** A setting of the first layer that has it. */
export function settingOf(layers: readonly SettingsLayer[], key: SettingKey): Found<string> | undefined {
  const layer = layerWith(layers, key)
  return layer && { value: layer.settings[key]!, origin: layer.origin }
}

/** A path of a layer: from its folder on, and with the home folder for `~`. */
export function pathIn({ folder, home }: SettingsLayer, path: string): string {
  return resolve(
    folder,
    path.replace(/^~(?=\/|$)/, () => home),
  )
}

/**
 * A whole number of the first layer that has it.
 *
 * @throws SluiceError `E_CONFIG` for anything else.
 */
export function countOf(layers: readonly SettingsLayer[], key: SettingKey): Found<number> | undefined {
  return parsed(settingOf(layers, key), key, 'a whole number, 0 or more', (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : undefined
    return value !== undefined && value <= 2 ** 31 - 1 ? value : undefined
  })
}

/**
 * A duration of the first layer that has it, in milliseconds.
 *
 * @throws SluiceError `E_CONFIG` for anything else.
 */
export function durationIn(
  layers: readonly SettingsLayer[],
  key: SettingKey,
  leastMs: number,
): Found<number> | undefined {
  return parsed(settingOf(layers, key), key, 'a duration such as 500ms, 60s or 5m', (text) => {
    try {
      const value = parseDuration(text)
      return value >= leastMs ? value : undefined
    } catch {
      return undefined
    }
  })
}

function parsed<T>(
  found: Found<string> | undefined,
  key: SettingKey,
  wanted: string,
  parse: (text: string) => T | undefined,
): Found<T> | undefined {
  if (found === undefined) return undefined
  const value = parse(found.value)
  if (value !== undefined) return { value, origin: found.origin }
  throw new SluiceError('E_CONFIG', `${key} must be ${wanted} (${found.origin})`)
}
