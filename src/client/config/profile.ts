import { SluiceError } from '../../errors.js'
import { suggestion } from '../../model/suggest.js'
import { type EnvVariables, type Found, given, variable } from './found.js'
import type { SettingsLayer } from './layer.js'
import { type OwnConfig, ownConfigPath } from './own-config.js'
import { readTdxProfiles } from './tdx.js'

/** Account settings of a manifest: they come after options and environment. */
export interface ManifestAccount {
  /** The manifest as it is to be shown. */
  readonly file: string
  /** The folder its command runs in. */
  readonly folder: string
  readonly profile: string | undefined
  readonly apiKeyCommand: string | undefined
}

/** The profile that is asked for: by the option, by `TD_PROFILE`, by the manifest, or by our own file for all. */
export function profileName(
  option: string | undefined,
  env: EnvVariables,
  manifest: ManifestAccount | undefined,
  own: OwnConfig | undefined,
): Found<string> | undefined {
  return (
    given(option, 'option') ??
    variable(env, 'TD_PROFILE') ??
    given(manifest?.profile, manifest?.file ?? '') ??
    given(own?.profile, own?.path ?? '')
  )
}

/**
 * The settings of a profile: that of our own file, or else that of `tdx`.
 *
 * @throws SluiceError `E_CONFIG` when there is none of that name.
 */
export function profileLayers(
  { value: name, origin }: Found<string>,
  own: OwnConfig | undefined,
  env: EnvVariables,
  home: string,
): SettingsLayer[] {
  const layer = own?.profiles.get(name)
  if (layer !== undefined) return [layer]
  const tdx = readTdxProfiles(env, home)
  const layers = tdx.layersOf(name)
  if (layers !== undefined) return layers
  const names = [...new Set([...(own?.profiles.keys() ?? []), ...tdx.names])]
  const asked = origin === 'option' ? '' : ` (${origin})`
  const message = `there is no profile ${JSON.stringify(name)}${asked}${suggestion(name, names)}`
  const path = ownConfigPath(env, home)
  throw new SluiceError('E_CONFIG', message, {
    hint:
      names.length > 0
        ? `the profiles are ${names.slice(0, 20).join(', ')}`
        : path === undefined
          ? 'there is no home folder to keep profiles in; set XDG_CONFIG_HOME'
          : `write it into ${path}: [${name}] with lines such as site = us01, api_key_command = pass show td`,
  })
}
