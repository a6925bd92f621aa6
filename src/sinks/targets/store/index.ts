import { requireShape, SluiceError } from '../../../errors.js'
import { isUrl } from '../../../files/file-url.js'
import type { OpenOutputOptions, Output, OutputChecks, StoredObject, Target } from '../contract.js'
import { type StoreAddress, storeAddress, textOfAddress } from './address.js'
import type { Store, StorePlace } from './open.js'
import { checkS3Options, type S3Options } from './options.js'

export type { S3ClientLike, S3Credentials, S3Options } from './options.js'

/**
 * An object of an S3-compatible store, or a folder for partitions. It is complete or not there: the key has no object or the
 * old one until everything was verified. Needs the package `@aws-sdk/client-s3`, which is loaded when the target is used.
 *
 * Where the options are those of the environment, any sink takes the URL itself: `csv('s3://bucket/key.csv')`.
 *
 * @param url `s3://BUCKET/KEY`, or `gs://BUCKET/KEY` by Google's S3-compatible interface, as a text or a `URL`
 * @example
 * await pipeline(job('123456'), parquet(s3('s3://bucket/access.parquet', { endpoint: 'https://s3.example.com' })))
 * @throws SluiceError `E_USAGE` for another URL, and for an option that is unknown or wrong; in a run `E_UNSUPPORTED` when the
 * package is missing, `E_CONFIG` without credentials, `E_AUTH` and `E_FORBIDDEN` when the store refuses them, `E_NOT_FOUND`
 * when there is no such bucket, `E_EXISTS` for an object that is not to be replaced.
 */
export function s3(url: string | URL, options: S3Options = {}): Target {
  requireShape(
    typeof url === 'string' || isUrl(url),
    'the first argument of s3',
    'a URL such as s3://bucket/key',
  )
  checkS3Options(options)
  const address = storeAddress(url)
  if (address === undefined || address.scheme === 'az')
    throw new SluiceError('E_USAGE', 'the first argument of s3 is no URL of an S3-compatible store', {
      hint: 'write s3://BUCKET/KEY or gs://BUCKET/KEY',
    })
  return new StoreTarget(textOfAddress(address), address, options)
}

/** The target of a URL, with the options of the environment. */
export function storeTarget(destination: unknown): Target | undefined {
  const address = storeAddress(destination)
  if (address === undefined) return undefined
  return new StoreTarget(textOfAddress(address), address, {})
}

class StoreTarget implements Target {
  readonly name: string
  readonly location: string
  readonly #address: StoreAddress
  readonly #options: S3Options

  constructor(name: string, address: StoreAddress, options: S3Options) {
    this.name = name
    this.location = name
    this.#address = address
    this.#options = options
  }

  async prepare(checks: OutputChecks = {}): Promise<void> {
    this.#requireKey()
    await (await this.#store()).prepare(this.#place(), checks)
  }

  async open(options: OpenOutputOptions = {}): Promise<Output> {
    this.#requireKey()
    return (await this.#store()).open(this.#place(), options)
  }

  join(path: string): Target {
    const { key } = this.#address
    return this.#at(key === '' || key.endsWith('/') ? `${key}${path}` : `${key}/${path}`)
  }

  beside(ending: string): Target {
    return this.#at(`${this.#address.key}${ending}`)
  }

  async size(): Promise<number | undefined> {
    return (await this.#store()).size(this.#place())
  }

  async read(): Promise<string | undefined> {
    return (await this.#store()).read(this.#place())
  }

  async remove(): Promise<void> {
    await (await this.#store()).remove(this.#place())
  }

  async stored(): Promise<StoredObject | undefined> {
    this.#requireKey()
    return (await this.#store()).stored(this.#place())
  }

  /** Through `storeAddress`, which knows what a key may be. */
  #at(key: string): Target {
    const address = storeAddress(textOfAddress({ ...this.#address, key }))!
    return new StoreTarget(textOfAddress(address), address, this.#options)
  }

  async #store(): Promise<Store> {
    if (this.#address.scheme === 'az') return (await import('../azure/open.js')).AZURE
    return (await import('./open.js')).S3_STORE
  }

  #place(): StorePlace {
    return { name: this.name, address: this.#address, options: this.#options }
  }

  #requireKey(): void {
    const { key } = this.#address
    if (key !== '' && !key.endsWith('/')) return
    throw new SluiceError('E_USAGE', `${this.name} names a folder of a store, not an object`, {
      hint: 'put the name of the object behind it',
    })
  }
}
