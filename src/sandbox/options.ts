import type { Fault } from './faults/fault.js'

export interface SandboxOptions {
  /** The port on 127.0.0.1. Default 0: any that is free. */
  readonly port?: number
  /** The one API key to accept. Default: any. */
  readonly apiKey?: string
  /** Milliseconds before each reply. Default 0. */
  readonly latencyMs?: number
  /** Bytes a second for each connection. Default: as fast as it goes. */
  readonly bytesPerSecond?: number
  /** Faults to begin with, as objects or in their text form, such as `status:503x2@issue`. */
  readonly faults?: readonly (Fault | string)[]
}
