// The obvious composition: the packages of the field, row by row.
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { decodeMultiStream } from '@msgpack/msgpack'
import { stringify } from 'csv-stringify'
import { report } from './report.mjs'

const [input, output, format, schemaPath] = process.argv.slice(2)
const columns = JSON.parse(readFileSync(schemaPath, 'utf8')).map(([name]) => name)
const rows = () => decodeMultiStream(createReadStream(input).pipe(createGunzip()))

const encode = {
  csv: () =>
    stringify({
      header: true,
      columns,
      // Its defaults write `false` as an empty cell and the empty string as NULL: both sides must do the same work.
      cast: {
        boolean: (value) => (value ? 'true' : 'false'),
        string: (value) => (value === '' ? { value, quote: true } : value),
      },
    }),
  ndjson: () =>
    new Transform({
      writableObjectMode: true,
      transform(row, _encoding, callback) {
        const entries = columns.map((name, i) => [name, row[i]])
        callback(null, `${JSON.stringify(Object.fromEntries(entries))}\n`)
      },
    }),
}

await pipeline(rows(), encode[format](), createWriteStream(output))
report()
