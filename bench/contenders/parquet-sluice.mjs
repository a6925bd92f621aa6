// td-sluice as a program uses it, from the built package.
import { readFileSync } from 'node:fs'
import { file, parquet, pipeline } from '../../dist/index.js'
import { report } from './report.mjs'

const [input, output, schemaPath] = process.argv.slice(2)
await pipeline(file(input, { schema: readFileSync(schemaPath, 'utf8') }), parquet(output))
report()
