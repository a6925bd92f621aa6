// td-sluice as a program uses it, from the built package.
import { readFileSync } from 'node:fs'
import { pipeline } from '../../dist/pipeline.js'
import { parquet } from '../../dist/sinks/parquet/index.js'
import { file } from '../../dist/sources/file.js'
import { report } from './report.mjs'

const [input, output, schemaPath] = process.argv.slice(2)
await pipeline(file(input, { schema: readFileSync(schemaPath, 'utf8') }), parquet(output))
report()
