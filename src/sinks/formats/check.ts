import { SluiceError } from '../../errors.js'
import { isUtf16 } from '../../model/encodings.js'
import { type Compression, delimiterOf } from '../../model/formats.js'
import type { CsvOptions, TsvOptions } from '../../model/option-types.js'
import { compressor } from './compress.js'
import { codeTable } from './rows/code-table.js'

/** Compressions that were tried: each try takes a third of a MiB, and a manifest may have thousands of exports. */
const available = new Set<Compression>()

/**
 * Finds out whether this Node has what a file needs, and its encoding what the options write, before anything is done.
 *
 * @param options those of any format
 * @throws SluiceError `E_UNSUPPORTED` for a compression or an encoding that Node lacks; `E_USAGE` for a delimiter or a text for
 * NULL with characters that the encoding lacks: a `?` in their place would be read as something else.
 */
export function assertEncodable(compression: Compression, options: object): void {
  if (compression !== 'none' && !available.has(compression)) {
    compressor(compression).destroy()
    available.add(compression)
  }
  const { outputEncoding = 'utf-8', null: nullText = '', delimiter = '' } = options as CsvOptions & TsvOptions
  if (outputEncoding === 'utf-8' || isUtf16(outputEncoding)) return
  const table = codeTable(outputEncoding)
  const given = { delimiter: delimiterOf(delimiter), null: nullText }
  for (const [name, text] of Object.entries(given)) {
    const missing = [...text].find((character) => {
      const code = character.codePointAt(0)!
      return code >= 0x80 && !table[code]
    })
    if (missing === undefined) continue
    throw new SluiceError(
      'E_USAGE',
      `the option ${name} has ${JSON.stringify(missing)}, which ${outputEncoding} lacks`,
    )
  }
}
