import { messageOf, SluiceError } from '../../errors.js'
import { opennessOf } from '../../files/key-file.js'
import { readNamedFileSync } from '../../files/named-file.js'
import { Secret } from '../../secrets/secret.js'

/** A key as TD issues it, or a value that begins with its own authorization scheme. */
const SENDABLE = /^(?:(?:TD1|Bearer|Basic) )?[\x21-\x7e]+$/
/** No key has quotes. */
const QUOTED = /^["'`\u2018-\u201f]|["'`\u2018-\u201f]$/
const WITH_SCHEME = /^(?:TD1|Bearer|Basic) /

/** Checks an API key that came from `origin`; throws `E_CONFIG` for one that cannot stand in a header. */
export function parseApiKey(text: string, origin: string): Secret {
  if (QUOTED.test(text))
    throw new SluiceError('E_CONFIG', `the API key from ${originText(origin)} stands in quotes`, {
      hint: 'leave the quotes out: docker --env-file, for one, makes them a part of the value',
    })
  if (SENDABLE.test(text)) return new Secret(text)
  throw new SluiceError(
    'E_CONFIG',
    `the API key from ${originText(origin)} holds spaces, line breaks or non-ASCII characters`,
    {
      hint: 'copy the key again; it looks like 1234/ followed by 40 hexadecimal digits, and only TD1, Bearer or Basic may stand before it',
    },
  )
}

function originText(origin: string): string {
  return origin === 'option' ? 'the option' : origin
}

/** The value of the Authorization header. */
export function authorization(key: Secret): string {
  const text = key.reveal()
  return WITH_SCHEME.test(text) ? text : `TD1 ${text}`
}

/** The texts that must never be shown: the key with and without its scheme and its account number. */
export function keySecrets(key: Secret): string[] {
  const bare = key.reveal().replace(WITH_SCHEME, '')
  return [bare, bare.slice(bare.indexOf('/') + 1)]
}

/**
 * Reads a key file: one line, the key. Throws `E_CONFIG` when it cannot be read, or when it is an ordinary file that
 * others than its owner may read. On a read-only mount its mode cannot be changed: Kubernetes and Docker mount secrets so,
 * for one container only.
 */
export function readApiKeyFile(path: string): Secret {
  let text: string
  try {
    if (opennessOf(path) === 'open') throw openToOthers('API key file', path)
    text = readNamedFileSync(path).toString()
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw new SluiceError('E_CONFIG', `the API key file cannot be read: ${messageOf(error)}`, {
      cause: error,
    })
  }
  // Editors put line ends and a byte order mark around it.
  return parseApiKey(text.trim(), path)
}

/** The failure of a file with a key that other users can read. */
export function openToOthers(what: string, path: string): SluiceError {
  return new SluiceError('E_CONFIG', `the ${what} ${path} is open to other users`, {
    hint: `run: chmod 600 ${path}`,
  })
}
