import type { SinkResult } from './contract.js'
import type { Output } from './targets/index.js'

/** Facts about the bytes of an output, known when it has taken all of them. */
export type OutputFacts = Pick<SinkResult, 'replacedTexts' | 'replacedCharacters' | 'sha256'>

/** Ends an output that has taken all bytes. Thousands of files of a folder wait for each other in here. */
export async function commitOutput(output: Output, facts: OutputFacts): Promise<SinkResult> {
  await output.commit()
  return { path: output.path, bytesOut: output.bytesWritten, ...facts }
}
