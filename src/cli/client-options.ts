import { resolve } from 'node:path'
import { headerLine } from '../client/config/headers.js'
import type { ConfigOptions } from '../client/config/index.js'
import { readTextFileSync } from '../files/text.js'
import { namesSecret } from '../secrets/secret-names.js'
import type { ConnectionOptions } from './options/connection.js'

/** The options as the client takes them; files are found from `cwd`. */
export function clientOptions(options: ConnectionOptions, cwd: string): ConfigOptions {
  return {
    profile: options.profile,
    site: options.site,
    endpoint: options.endpoint,
    apiKeyFile: options.apiKeyFile,
    configFile: options.configFile,
    caFile: options.caFile,
    retries: options.retries,
    retryDelay: options.retryDelay,
    connectTimeout: options.connectTimeout,
    idleTimeout: options.idleTimeout,
    minBytesPerSecond: options.minRate,
    headers: options.requestHeader?.flatMap((text) => headersOf(text, cwd)),
  }
}

/** A header as an option has it, or those of a file, a line each. */
function headersOf(text: string, cwd: string): (readonly [name: string, value: string])[] {
  if (!text.startsWith('@')) return [headerLine(text)]
  const path = text.slice(1)
  const lines = readTextFileSync(resolve(cwd, path), `the file ${path}`).split(/\r?\n/)
  return lines.filter((line) => line.trim() !== '').map(headerLine)
}

/** Whether a header among the arguments is a secret that every user of this machine can see. */
export function showsSecretHeader({ requestHeader = [] }: ConnectionOptions): boolean {
  return requestHeader.some((text) => !text.startsWith('@') && namesSecret(headerLine(text)[0]))
}
