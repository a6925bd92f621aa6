import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { systemCode } from '../errors.js'

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/**
 * Reads a file that lies where td-sluice looks by itself: whatever stands there under its name must not keep a run waiting, as a FIFO
 * does that nobody writes to, or give bytes without end. Rejects with what the system says.
 */
export async function readPlainFile(path: string): Promise<{ readonly text: string } | 'absent' | 'no file'> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return (await handle.stat()).isFile() ? { text: await handle.readFile('utf8') } : 'no file'
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (ABSENT.has(code)) return 'absent'
    // A socket.
    if (code === 'ENXIO') return 'no file'
    throw error
  }
}
