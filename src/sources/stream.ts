import type { Readable } from 'node:stream'
import { SluiceError } from '../errors.js'
import { bodyOf } from './body.js'
import type { Source } from './contract.js'
import { type LocalOptions, localSource } from './local.js'

/** Any stream of bytes: msgpack rows, gzip'd or not. It can be read once, and is destroyed when the run ends early. */
export function stream(readable: Readable, options: LocalOptions = {}): Source {
  return {
    kind: 'stream',
    open: async () => {
      if (!readable.readable) throw new SluiceError('E_USAGE', 'the input stream was read already')
      return localSource(bodyOf(readable, 'the input stream'), options)
    },
  }
}
