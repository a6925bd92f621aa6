// The floor: inflate the result and throw the bytes away. Nothing that decodes a .gz in Node can be quicker.
import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { report } from './report.mjs'

const [input] = process.argv.slice(2)
const nowhere = new Writable({
  highWaterMark: 1024 * 1024,
  write(_chunk, _encoding, callback) {
    callback()
  },
})
await pipeline(
  createReadStream(input, { highWaterMark: 1024 * 1024 }),
  createGunzip({ chunkSize: 256 * 1024 }),
  nowhere,
)
report()
