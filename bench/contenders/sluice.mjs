// The command, from the built package.
import { report } from './report.mjs'

const [input, output, format, schemaPath] = process.argv.splice(2)
process.argv.push('convert', input, '--schema', `@${schemaPath}`, '-f', format, '-o', output, '--quiet')
process.on('exit', report)
await import('../../dist/cli/start.cjs')
