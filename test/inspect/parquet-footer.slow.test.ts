import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { styleFor } from '../../src/cli/terminal/style.js'
import { inspectionJson, inspectionText } from '../../src/cli/text/inspect.js'
import { SluiceError } from '../../src/errors.js'
import { inspect } from '../../src/inspect/index.js'
import { writeParquet } from '../support/parquet/file.js'

const folder = t.testdir()

t.test(
  'D19: every damage to a footer is told as such, or something that can be shown',
  { timeout: 240_000 },
  async (t) => {
    const { bytes } = await writeParquet(
      [
        ['a', 'bigint'],
        ['r', 'array(varchar)'],
      ],
      [[1, ['x']]],
    )
    const from = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
    const path = join(folder, 'mutant.parquet')
    const style = styleFor(false, {}, 'never')
    let refused = 0
    let mutants = 0
    for (let at = from; at < bytes.length - 8; at++) {
      const byte = bytes[at]!
      // Another type of the field, its neighbours, no value, a long one.
      for (const other of new Set([byte ^ 0x01, byte ^ 0x0d, byte ^ 0x10, 0, 0xff])) {
        const mutant = Buffer.from(bytes)
        mutant[at] = other
        writeFileSync(path, mutant)
        mutants++
        try {
          const found = await inspect(path)
          inspectionText('mutant', found, style, 80, true)
          JSON.stringify(inspectionJson('mutant', found))
        } catch (error) {
          refused++
          // Changed bytes may say that a column is encrypted.
          if (error instanceof SluiceError && ['E_PARQUET', 'E_UNSUPPORTED'].includes(error.code)) continue
          t.fail(`byte ${at - from} of the footer as ${other}: ${error}`)
        }
      }
    }
    t.ok(refused > mutants / 10 && refused < mutants, `${refused} of ${mutants} were refused`)
  },
)
