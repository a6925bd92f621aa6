import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { SluiceError } from '../errors.js'
import { MASK_KEY_VARIABLE } from '../model/masks.js'

/** As many bits, where they are random, as nobody can try: 128. */
const SHORTEST_KEY_BYTES = 16

/** Random keys of that length have hardly ever fewer different bytes, in hexadecimal as well. */
const FEWEST_DIFFERENT_BYTES = 5

/** The key of the hashes of masks. It is not shown: as JSON it is a hash, by which two keys can be told apart. */
export class MaskKey {
  readonly #bytes: Uint8Array

  /** @throws SluiceError `E_USAGE` for an empty key, and for one that could be found by trying. */
  constructor(key: string | Uint8Array) {
    this.#bytes = typeof key === 'string' ? Buffer.from(key) : Uint8Array.from(key)
    const problem = weakness(this.#bytes)
    if (problem !== undefined)
      throw new SluiceError('E_USAGE', `the key of masks ${problem}`, {
        hint: 'anyone who knows one value and its hash can try short keys until one fits, and then every value: openssl rand -hex 32 makes a good one',
      })
  }

  /** The key itself. */
  reveal(): Uint8Array {
    return this.#bytes
  }

  toJSON(): string {
    return createHmac('sha256', this.#bytes).update('td-sluice: which key').digest('hex').slice(0, 32)
  }

  [inspect.custom](): string {
    return 'MaskKey'
  }
}

/**
 * The key from the environment, where there is one: as in a file, without a line break at its end.
 *
 * @throws SluiceError `E_USAGE` for a key that is not UTF-8: Node has replaced some of its bytes, so that other keys would give the
 *   same hashes.
 */
export function maskKeyOf(env: Readonly<Record<string, string | undefined>>): MaskKey | undefined {
  const key = env[MASK_KEY_VARIABLE]?.replace(/\r?\n$/, '') ?? ''
  if (key.includes('\ufffd'))
    throw new SluiceError('E_USAGE', `the key in ${MASK_KEY_VARIABLE} is not UTF-8`, {
      hint: 'put a key of any bytes into a file: --mask-key-file FILE, mask_key_file in a manifest',
    })
  return key === '' ? undefined : new MaskKey(key)
}

/** Why a key hides nothing; undefined for one that may. */
function weakness(key: Uint8Array): string | undefined {
  if (key.length === 0) return 'is empty'
  if (key.length < SHORTEST_KEY_BYTES) return `has ${key.length} bytes; ${SHORTEST_KEY_BYTES} are the fewest`
  if (new Set(key).size < FEWEST_DIFFERENT_BYTES) return 'repeats the same few bytes'
  return undefined
}
