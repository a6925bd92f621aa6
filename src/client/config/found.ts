import { SluiceError } from '../../errors.js'
import { MASK_KEY_VARIABLE } from '../../model/masks.js'

/** The environment, as configurations read it. */
export type EnvVariables = Readonly<Record<string, string | undefined>>

/** A value, and where it comes from. */
export interface Found<T> {
  readonly value: T
  readonly origin: string
}

/**
 * The first of `names` that is set to something.
 *
 * @throws SluiceError `E_CONFIG` where Node has replaced bytes that were not UTF-8: another database would be asked.
 */
export function variable(env: EnvVariables, ...names: string[]): Found<string> | undefined {
  const name = names.find((candidate) => env[candidate])
  if (name === undefined) return undefined
  const value = env[name]!
  if (value.includes('\ufffd')) throw new SluiceError('E_CONFIG', `the variable ${name} is not UTF-8`)
  return { value, origin: name }
}

/** A value that may be missing. */
export function given<T>(value: T | undefined, origin: string): Found<T> | undefined {
  return value === undefined ? undefined : { value, origin }
}

/** EnvVariables whose value opens an account, those of the command `tdx` included. */
const API_KEY_VARIABLE = /^(?:TD|TREASURE_DATA)_API_KEY$|^TDX_(?:API_KEY|ACCESS_TOKEN)(?:_|$)/

/** Whether a variable opens an account. Nobody but the client needs it, so no manifest, hook or command gets it. */
export function isApiKeyVariable(name: string): boolean {
  return API_KEY_VARIABLE.test(name)
}

/** The environment of a command that is started: without API keys and the key of masks. */
export function withoutKeys(env: EnvVariables): Record<string, string | undefined> {
  const isKey = (name: string) => isApiKeyVariable(name) || name === MASK_KEY_VARIABLE
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isKey(name)))
}
