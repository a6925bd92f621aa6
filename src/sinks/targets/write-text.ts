import { finished } from 'node:stream/promises'
import type { Output } from './contract.js'

/** Makes a text the whole of an output, and that final. */
export async function writeText(output: Output, text: string): Promise<void> {
  try {
    output.writable.end(text)
    await finished(output.writable)
  } catch (error) {
    await output.discard()
    throw error
  }
  await output.commit()
}
