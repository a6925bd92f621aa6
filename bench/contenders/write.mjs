// The floor of what writes a file: as many bytes as the output of td-sluice has, and the sync that makes them durable.
import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs'
import { report } from './report.mjs'

const [model, output] = process.argv.slice(2)
const piece = Buffer.alloc(1024 * 1024, 'x')
const file = openSync(output, 'w')
for (let left = statSync(model).size; left > 0; left -= piece.length) {
  writeSync(file, piece, 0, Math.min(left, piece.length))
}
fsyncSync(file)
closeSync(file)
report()
