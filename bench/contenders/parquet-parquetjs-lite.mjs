// The package one finds first, fed with decoded rows.
import { readFileSync } from 'node:fs'
import parquet from 'parquetjs-lite'
import { decodedRows } from './decoded-rows.mjs'
import { report } from './report.mjs'

const [input, output, , schemaPath] = process.argv.slice(2)
const columns = JSON.parse(readFileSync(schemaPath, 'utf8'))
const TYPES = { bigint: 'INT64', double: 'DOUBLE', boolean: 'BOOLEAN', varchar: 'UTF8' }
const fields = columns.map(([name, type]) => [
  name,
  { type: TYPES[type], optional: true, compression: 'SNAPPY' },
])
const writer = await parquet.ParquetWriter.openFile(
  new parquet.ParquetSchema(Object.fromEntries(fields)),
  output,
)
writer.setRowGroupSize(100_000)
for await (const row of decodedRows(input)) {
  const record = {}
  for (let i = 0; i < columns.length; i++) record[columns[i][0]] = row[i]
  await writer.appendRow(record)
}
await writer.close()
report()
