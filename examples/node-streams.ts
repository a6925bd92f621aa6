// Rows and stages as Node streams, in a pipeline of one's own.
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { query, type Row, toReadable } from 'td-sluice'

const source = query('select path from www_access limit 200', { database: 'sample_datasets' })
const lines = new Transform({
  writableObjectMode: true,
  transform(row: Row, _encoding, done) {
    done(null, `${row.path}\n`)
  },
})
await pipeline(toReadable(source), lines, createWriteStream('paths.txt'))
