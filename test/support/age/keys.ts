import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption'

/** A key of a run of tests. */
export interface AgeKey {
  /** Decrypts. */
  readonly identity: string
  readonly recipient: string
}

export async function ageKey(): Promise<AgeKey> {
  const identity = await generateIdentity()
  return { identity, recipient: await identityToRecipient(identity) }
}

/** What is in a file. Rejects for one that is cut, changed or for somebody else. */
export async function decrypted(bytes: Uint8Array, identity: string): Promise<Buffer> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  return Buffer.from(await decrypter.decrypt(bytes))
}

/** 32 zero bytes: spelled well, but no key. */
export const NO_KEY = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z'
