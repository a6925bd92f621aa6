import { type Compression, isUtf16, type OutputEncoding } from '../../model/formats.js'
import { compressor } from './compress.js'
import { codeTable } from './rows/code-table.js'

/** Compressions that were tried: each try takes a third of a MiB, and a manifest may have thousands of exports. */
const available = new Set<Compression>()

/**
 * Finds out whether this Node has what a file needs, before anything is done.
 *
 * @throws SluiceError `E_UNSUPPORTED` for a compression or an encoding that it lacks.
 */
export function assertEncodable(compression: Compression, encoding: OutputEncoding = 'utf-8'): void {
  if (compression !== 'none' && !available.has(compression)) {
    compressor(compression).destroy()
    available.add(compression)
  }
  if (encoding !== 'utf-8' && !isUtf16(encoding)) codeTable(encoding)
}
