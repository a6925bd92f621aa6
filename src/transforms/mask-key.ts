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

/** The key from the environment, where there is one. */
export function maskKeyOf(env: Readonly<Record<string, string | undefined>>): MaskKey | undefined {
  const key = env[MASK_KEY_VARIABLE]
  return key === undefined || key === '' ? undefined : new MaskKey(key)
}

/** Why a key hides nothing; undefined for one that may. */
function weakness(key: Uint8Array): string | undefined {
  if (key.length === 0) return 'is empty'
  if (key.length < SHORTEST_KEY_BYTES) return `has ${key.length} bytes; ${SHORTEST_KEY_BYTES} are the fewest`
  if (new Set(key).size < FEWEST_DIFFERENT_BYTES) return 'repeats the same few bytes'
  return undefined
}
