import { asSluiceError } from '../abort.js'
import type { OpenSink, Sink, SinkContext } from './contract.js'

/** Opens a sink, and gives it up when that fails. */
export async function openSink(sink: Sink, context: SinkContext): Promise<OpenSink> {
  try {
    return await sink.open(context)
  } catch (error) {
    sink.abandon?.(asSluiceError(error, context.signal))
    throw error
  }
}
