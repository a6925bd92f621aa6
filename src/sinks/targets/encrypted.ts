import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type * as Age from 'age-encryption'
import { asSluiceError } from '../../abort.js'
import { messageOf, SluiceError } from '../../errors.js'
import { AGE_ENDING } from '../../model/age-recipient.js'
import { recipientsOf } from '../../model/formats.js'
import { compressionOf, formatOf, isNamedEncrypted } from '../formats/registry.js'
import { notInstalled } from '../not-installed.js'
import type { OpenOutputOptions, Output, OutputChecks, OutputEncryption, Target } from './contract.js'

/** Value of the option `encryptTo`. */
type Recipients = string | readonly string[]

/**
 * Why an output may not have its name: people and programs go by it.
 *
 * @param hasRecipients whether it is encrypted
 */
export function encryptedNameProblem(
  name: string,
  hasRecipients: boolean,
): { readonly message: string; readonly hint: string } | undefined {
  if (isNamedEncrypted(name)) {
    if (hasRecipients) return undefined
    return {
      message: `${name} is named as an encrypted file, but no recipient is given`,
      hint: `name one with --encrypt-to age1… (encryptTo, encrypt_to), or leave ${AGE_ENDING} out of the name`,
    }
  }
  if (!hasRecipients || (formatOf(name) === undefined && compressionOf(name) === 'none')) return undefined
  return {
    message: `${name} is to be encrypted, but is not named so`,
    hint: `end the name with ${AGE_ENDING}: ${name}${AGE_ENDING}`,
  }
}

/**
 * The place, with the bytes encrypted with age before they reach it where there are recipients. Nothing is ever written there in plain form.
 *
 * @throws SluiceError `E_USAGE` for a name that ends with `.age` without recipients, and for one that names a format without it.
 */
export function encrypting(target: Target, recipients: Recipients | undefined): Target {
  const problem = encryptedNameProblem(target.name, recipients !== undefined)
  if (problem !== undefined) throw new SluiceError('E_USAGE', problem.message, { hint: problem.hint })
  return recipients === undefined ? target : new EncryptedTarget(target, recipients)
}

/**
 * Finds out whether files can be encrypted, before anything is done.
 *
 * @throws SluiceError `E_UNSUPPORTED` without the package `age-encryption`, `E_USAGE` for a recipient that it refuses.
 */
export async function assertEncryptable(recipients: Recipients | undefined): Promise<void> {
  if (recipients === undefined) return
  const age = await encrypterFor(recipients)
  await age.encrypt(new Uint8Array()).catch(refuseRecipient)
}

async function encrypterFor(recipients: Recipients): Promise<Age.Encrypter> {
  const { Encrypter } = await loadAge()
  const age = new Encrypter()
  try {
    for (const recipient of new Set(recipientsOf(recipients))) age.addRecipient(recipient)
  } catch (error) {
    refuseRecipient(error)
  }
  return age
}

async function loadAge(): Promise<typeof Age> {
  try {
    return await import('age-encryption')
  } catch (cause) {
    throw notInstalled('age-encryption', 'age-encryption', cause)
  }
}

function refuseRecipient(cause: unknown): never {
  throw new SluiceError('E_USAGE', `age refuses a recipient: ${messageOf(cause)}`, { cause })
}

/** The package's result for a stream. */
interface EncryptedStream extends ReadableStream<Uint8Array> {
  /** Its number of bytes for a number of bytes of the other. */
  size(bytes: number): number
}

class EncryptedTarget implements Target {
  readonly name: string
  readonly location?: string
  readonly #target: Target
  readonly #recipients: Recipients

  constructor(target: Target, recipients: Recipients) {
    this.#target = target
    this.#recipients = recipients
    this.name = target.name
    if (target.location !== undefined) this.location = target.location
  }

  async prepare(checks?: OutputChecks): Promise<void> {
    await assertEncryptable(this.#recipients)
    await this.#target.prepare(checks)
  }

  async open(options: OpenOutputOptions = {}): Promise<Output> {
    const age = await encrypterFor(this.#recipients)
    const given = new TransformStream<Uint8Array, Uint8Array>()
    const encrypted = await age.encrypt(given.readable).catch(refuseRecipient)
    // It takes other chunks than those that `writable` was given.
    const output = await this.#target.open({ ...options, onTaken: undefined })
    return new EncryptedOutput(output, given.writable, encrypted)
  }

  abandon(reason: SluiceError): void {
    this.#target.abandon?.(reason)
  }
}

class EncryptedOutput implements Output {
  readonly writable: EncryptingWritable
  readonly encryption: OutputEncryption
  readonly #output: Output

  constructor(output: Output, given: WritableStream<Uint8Array>, encrypted: EncryptedStream) {
    const writable = new EncryptingWritable(given, encrypted, output.writable)
    this.#output = output
    this.writable = writable
    this.encryption = {
      stored: output.writable,
      get taken() {
        return writable.taken
      },
      sizeOf: (bytes) => encrypted.size(bytes),
    }
  }

  get path(): string | undefined {
    return this.#output.path
  }

  get bytesWritten(): number {
    return this.#output.bytesWritten
  }

  async commit(): Promise<void> {
    await this.#output.commit()
  }

  async discard(): Promise<void> {
    this.writable.destroy()
    await this.writable.ended
    await this.#output.discard()
  }
}

/** Passes what it is given through the streams of the package to the output, one chunk at a time. */
class EncryptingWritable extends Writable {
  /** Resolves when nothing goes to the output any more, also after a failure. */
  readonly ended: Promise<void>
  taken = 0
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #stored: Promise<void>
  readonly #abort = new AbortController()

  constructor(given: WritableStream<Uint8Array>, encrypted: EncryptedStream, stored: Writable) {
    super()
    this.#writer = given.getWriter()
    this.#stored = pipeline(encrypted, stored, { signal: this.#abort.signal })
    this.#stored.catch((error) => this.destroy(asSluiceError(error)))
    this.ended = this.#stored.catch(() => {})
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.taken += chunk.length
    this.#after(this.#writer.write(chunk), done)
  }

  /** The last piece tells readers that nothing is missing, and is made here. */
  override _final(done: (error?: Error) => void): void {
    this.#after(
      this.#writer.close().then(() => this.#stored),
      done,
    )
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#abort.abort()
    // The output waits for the next piece, which does not come.
    this.#writer.abort(error).catch(() => {})
    done(error)
  }

  /** A failure of the output comes back through the streams of the package as another one. */
  #after(step: Promise<void>, done: (error?: Error) => void): void {
    step.then(
      () => done(),
      (error) => this.#stored.then(() => done(error), done),
    )
  }
}
