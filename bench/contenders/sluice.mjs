// td-sluice as a program uses it, from the built package.
import { readFileSync } from 'node:fs'
import { createSink, file, pipeline } from '../../dist/index.js'
import { report } from './report.mjs'

const [input, output, format, schemaPath] = process.argv.slice(2)
await pipeline(file(input, { schema: readFileSync(schemaPath, 'utf8') }), createSink(format, output))
report()
