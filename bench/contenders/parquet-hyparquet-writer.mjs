// The best Parquet writer there is in npm, fed with decoded rows, a row group of 100,000 at a time as its docs advise.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { decodedRows } from './decoded-rows.mjs'
import { report } from './report.mjs'

const [input, output, , schemaPath] = process.argv.slice(2)
const columns = JSON.parse(readFileSync(schemaPath, 'utf8'))
const ROW_GROUP = 100_000
const TYPES = {
  bigint: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  varchar: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
}
const schema = [
  { name: 'root', num_children: columns.length },
  ...columns.map(([name, type]) => ({ name, repetition_type: 'OPTIONAL', ...TYPES[type] })),
]

const fd = openSync(output, 'w')
const bytes = new ByteWriter()
const flush = () => {
  writeSync(fd, new Uint8Array(bytes.buffer, 0, bytes.index))
  bytes.index = 0
}
const writer = new ParquetWriter({ writer: bytes, schema, codec: 'SNAPPY' })
let data = columns.map(() => [])

function writeGroup() {
  const columnData = columns.map(([name], i) => ({ name, data: data[i] }))
  writer.write({ columnData, rowGroupSize: ROW_GROUP })
  data = columns.map(() => [])
  flush()
}

for await (const row of decodedRows(input)) {
  for (let i = 0; i < columns.length; i++) {
    const value = row[i]
    data[i].push(columns[i][1] === 'bigint' && typeof value === 'number' ? BigInt(value) : value)
  }
  if (data[0].length === ROW_GROUP) writeGroup()
}
if (data[0].length > 0) writeGroup()
writer.finish()
flush()
closeSync(fd)
report()
