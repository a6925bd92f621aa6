import { Writable } from 'node:stream'
import { SluiceError } from '../../../src/errors.js'
import type { Destination, PipelineOptions, ProgressEvent, Report, Sink, Source } from '../../../src/index.js'
import { pipeline } from '../../../src/index.js'

export interface Ran {
  /** The code of the error, or `ok`. */
  readonly outcome: string
  readonly message: string
  /** Everything that was written, up to a failure. */
  readonly text: string
  readonly report: Report | undefined
  /** Codes of the notices that came. */
  readonly notices: readonly string[]
}

/** Runs a source into a sink in memory. Any error but a `SluiceError` is thrown. */
export async function runResult(
  source: Source,
  sink: (destination: Destination) => Sink,
  options: PipelineOptions = {},
): Promise<Ran> {
  const chunks: Buffer[] = []
  const notices: string[] = []
  const writable = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk))
      done()
    },
  })
  const onProgress = (event: ProgressEvent) => {
    if (event.type === 'notice') notices.push(event.code)
  }
  let [outcome, message] = ['ok', '']
  let report: Report | undefined
  try {
    report = await pipeline(source, sink(writable), { onProgress, ...options })
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    outcome = error.code
    message = error.message
  }
  return { outcome, message, text: Buffer.concat(chunks).toString(), report, notices }
}
