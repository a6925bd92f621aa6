/**
 * A child process that reads stdin as a source does, all of it or only its first chunk, and prints how many
 * bytes came.
 */
import { SluiceError } from '../../../src/errors.js'
import { stdin } from '../../../src/sources/local.js'

try {
  const { body } = await stdin().open({ signal: new AbortController().signal, onProgress: () => {} })
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (process.argv[2] === 'first') break
  }
  process.stdout.write(`${bytes} bytes`)
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  process.stdout.write(`${error.code}: ${error.message}`)
  process.exitCode = error.exitCode
}
