import {
  checkFault,
  defaultEndpoint,
  type Endpoint,
  type Fault,
  isReplyFault,
  type ReplyFault,
  type WireFault,
} from './fault.js'
import { parseFault } from './parse.js'

const ALWAYS = Number.POSITIVE_INFINITY

interface Entry {
  readonly fault: Fault
  left: number
}

/**
 * The faults still to come. Those of one endpoint are used in the order they were added, one a reply; a wire fault that
 * does not fit a reply lets those after it try.
 */
export class Faults {
  #entries: Entry[] = []

  /** Adds faults, as objects or as texts (see {@link parseFault}). Throws `E_USAGE` for what is no fault. */
  add(...faults: readonly (Fault | string)[]): void {
    for (const item of faults) {
      const fault = typeof item === 'string' ? parseFault(item) : item
      checkFault(fault)
      this.#entries.push({ fault, left: fault.times ?? 1 })
    }
  }

  /** The faults that did not strike as often as they were to. A test passes only if there are none. */
  pending(): Fault[] {
    return this.#entries.filter(({ left }) => left !== ALWAYS).map(({ fault }) => fault)
  }

  /** Removes all faults that are still to come. */
  clear(): void {
    this.#entries = []
  }

  #for(endpoint: Endpoint): Entry[] {
    return this.#entries.filter(({ fault }) => {
      const on = fault.on ?? defaultEndpoint(fault)
      return on === 'any' || on === endpoint
    })
  }

  #use(entry: Entry): void {
    entry.left -= 1
    if (entry.left <= 0) this.#entries = this.#entries.filter((other) => other !== entry)
  }

  /** The fault that replaces the next reply of an endpoint, used up by this call. */
  takeReplyFault(endpoint: Endpoint): ReplyFault | undefined {
    const entry = this.#for(endpoint).find(({ fault, left }) => isReplyFault(fault) || left !== ALWAYS)
    if (entry === undefined || !isReplyFault(entry.fault)) return undefined
    this.#use(entry)
    return entry.fault
  }

  /**
   * The faults for a reply that is about to be sent, used up by this call; `fits` says whether one can strike it, given
   * those already taken.
   */
  takeWireFaults(
    endpoint: Endpoint,
    fits: (fault: WireFault, taken: readonly WireFault[]) => boolean,
  ): WireFault[] {
    const taken: WireFault[] = []
    let done = false
    for (const entry of this.#for(endpoint)) {
      const { fault, left } = entry
      if (isReplyFault(fault)) done = true
      else if (left === ALWAYS || !done) {
        const group = [...(fault.with ?? []), fault]
        const fitting = group.every((item, index) => fits(item, [...taken, ...group.slice(0, index)]))
        if (!fitting) continue
        taken.push(...group)
        this.#use(entry)
        done ||= left !== ALWAYS
      }
    }
    return taken
  }
}
