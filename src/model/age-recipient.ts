/** Extension of a file that is encrypted with age: https://age-encryption.org/v1 */
export const AGE_ENDING = '.age'

/** Kinds of recipients by what stands before the last `1`, each with the bytes of its key. */
const KEY_BYTES: ReadonlyMap<string, number> = new Map([
  ['age', 32],
  ['age1pq', 1216],
  ['age1tag', 33],
  ['age1tagpq', 1249],
])

const DIGITS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** Of the checksum at the end of a text. */
const CHECKSUM_DIGITS = 6

/**
 * Why a text is no recipient of age, after "names "; `undefined` for one. A text that does not begin as a recipient does is not
 * quoted: it may be an identity, which decrypts, or a passphrase.
 */
export function recipientProblem(text: string): string | undefined {
  if (/AGE-SECRET-KEY-|AGE-PLUGIN-/i.test(text))
    return 'an identity, which decrypts and is to stay secret: give its recipient, age1…, which age-keygen -y prints'
  if (/^(?:ssh-|ecdsa-|sk-ssh-|github:)/i.test(text)) return 'an SSH key; only recipients age1… are supported'
  if (!text.startsWith('age1')) return 'no recipient age1…; passphrases are not supported'
  const kind = text.slice(0, text.lastIndexOf('1'))
  const bytes = KEY_BYTES.get(kind)
  if (bytes === undefined && /^age1[a-z0-9-]+$/.test(kind))
    return `a recipient of the plugin ${kind.slice(4, 24)}; plugins are not supported`
  const digits = text.slice(kind.length + 1)
  const isWhole = bytes !== undefined && digits.length === Math.ceil((bytes * 8) / 5) + CHECKSUM_DIGITS
  if (isWhole && isSound(kind, digits)) return undefined
  return `${JSON.stringify(text.slice(0, 80))}, which is cut or mistyped`
}

/** Whether the checksum holds: https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki#checksum */
function isSound(kind: string, digits: string): boolean {
  const codes = [...kind].map((character) => character.charCodeAt(0))
  const values = [...digits].map((digit) => DIGITS.indexOf(digit))
  if (values.includes(-1)) return false
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
  let sum = 1
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [i, term] of generator.entries()) if ((top >>> i) & 1) sum ^= term
  }
  return sum === 1
}
