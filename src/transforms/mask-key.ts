import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { SluiceError } from '../errors.js'
import { MASK_KEY_VARIABLE } from '../model/masks.js'

/** The key of the hashes of masks. It is not shown: as JSON it is a hash, by which two keys can be told apart. */
export class MaskKey {
  readonly #bytes: Uint8Array

  /** @throws SluiceError `E_USAGE` for an empty key. */
  constructor(key: string | Uint8Array) {
    this.#bytes = typeof key === 'string' ? Buffer.from(key) : Uint8Array.from(key)
    if (this.#bytes.length === 0) throw new SluiceError('E_USAGE', 'the key of masks is empty')
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
