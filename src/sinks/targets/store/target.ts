import { SluiceError } from '../../../errors.js'
import type { OpenOutputOptions, Output, OutputChecks, StoredObject, Target } from '../contract.js'
import type { TextChange } from '../edit-text.js'
import { type StoreAddress, storeAddress, textOfAddress } from './address.js'
import type { Store, StorePlace } from './open.js'

/** A place in a kind of store, whose code is loaded when the place is used. */
export class StoreTarget<Options> implements Target {
  readonly name: string
  readonly location: string
  readonly #address: StoreAddress
  readonly #options: Options
  readonly #load: () => Promise<Store<Options>>

  constructor(address: StoreAddress, options: Options, load: () => Promise<Store<Options>>) {
    this.name = textOfAddress(address)
    this.location = this.name
    this.#address = address
    this.#options = options
    this.#load = load
  }

  async prepare(checks: OutputChecks = {}): Promise<void> {
    this.#requireKey()
    await (await this.#load()).prepare(this.#place(), checks)
  }

  async open(options: OpenOutputOptions = {}): Promise<Output> {
    this.#requireKey()
    return (await this.#load()).open(this.#place(), options)
  }

  join(path: string): Target {
    const { key } = this.#address
    return this.#at(key === '' || key.endsWith('/') ? `${key}${path}` : `${key}/${path}`)
  }

  beside(ending: string): Target {
    return this.#at(`${this.#address.key}${ending}`)
  }

  async size(): Promise<number | undefined> {
    return (await this.#load()).size(this.#place())
  }

  async read(): Promise<string | undefined> {
    return (await this.#load()).read(this.#place())
  }

  async remove(): Promise<void> {
    await (await this.#load()).remove(this.#place())
  }

  async edit(change: TextChange, options: Pick<OpenOutputOptions, 'signal'> = {}): Promise<void> {
    await (await this.#load()).edit(this.#place(), change, options)
  }

  async *list(isWanted: (folder: string) => boolean): AsyncIterable<string> {
    const { key } = this.#address
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
    for await (const found of (await this.#load()).list(this.#place(), prefix)) {
      const path = found.slice(prefix.length)
      // Some tools put an empty object in place of a folder.
      if (path !== '' && path.split('/').slice(0, -1).every(isWanted) && !path.endsWith('/')) yield path
    }
  }

  async stored(): Promise<StoredObject | undefined> {
    this.#requireKey()
    return (await this.#load()).stored(this.#place())
  }

  /** Through `storeAddress`, which knows what a key may be. */
  #at(key: string): Target {
    const address = storeAddress(textOfAddress({ ...this.#address, key }))!
    return new StoreTarget(address, this.#options, this.#load)
  }

  #place(): StorePlace<Options> {
    return { name: this.name, address: this.#address, options: this.#options }
  }

  #requireKey(): void {
    const { key, scheme } = this.#address
    if (key !== '' && !key.endsWith('/')) return
    const noun = scheme === 'az' ? 'blob' : 'object'
    throw new SluiceError('E_USAGE', `${this.name} names a folder of a store, not an object`, {
      hint: `put the name of the ${noun} behind it: ${this.name}${key === '' ? '/' : ''}NAME`,
    })
  }
}
