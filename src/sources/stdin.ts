import type { Readable } from 'node:stream'
import { SluiceError } from '../errors.js'
import { bodyOf } from './body.js'
import type { Source } from './contract.js'
import { type LocalOptions, localSource } from './local.js'

export interface StdinOptions extends LocalOptions {
  /** What to read as stdin. Default that of the process. */
  stream?: Readable | undefined
}

/** msgpack rows from stdin, gzip'd or not. Opening it throws `E_USAGE` when stdin is a terminal. */
export function stdin(options: StdinOptions = {}): Source {
  return {
    kind: 'stdin',
    open: async () => {
      const readable = options.stream ?? process.stdin
      if ((readable as { isTTY?: boolean }).isTTY) {
        throw new SluiceError('E_USAGE', 'stdin is a terminal', { hint: 'pipe or redirect a result into it' })
      }
      return localSource(bodyOf(readable, 'stdin'), options)
    },
  }
}
