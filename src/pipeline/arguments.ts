import { SluiceError } from '../errors.js'
import type { Sink } from '../sinks/contract.js'
import type { PipelineOptions, Transform } from './options.js'

/** The arguments of `pipeline` behind the source, told apart. */
export interface Arguments {
  readonly transforms: readonly Transform[]
  readonly sink: Sink
  readonly options: PipelineOptions
}

/** Transforms, then one sink, then perhaps options; anything else is `E_USAGE`. */
export function parseArguments(rest: readonly (Transform | Sink | PipelineOptions)[]): Arguments {
  const at = rest.findIndex(isSink)
  if (at < 0)
    throw new SluiceError('E_USAGE', 'pipeline needs a sink, such as csv(path), behind its transforms')
  const transforms = rest.slice(0, at)
  const wrong = transforms.findIndex((transform) => !isTransform(transform))
  if (wrong >= 0) throw new SluiceError('E_USAGE', `argument ${wrong + 2} of pipeline is no transform`)
  if (rest.length > at + 2) throw new SluiceError('E_USAGE', 'only options may follow the sink of a pipeline')
  return {
    transforms: transforms as Transform[],
    sink: rest[at] as Sink,
    options: (rest[at + 1] ?? {}) as PipelineOptions,
  }
}

function isSink(value: unknown): value is Sink {
  return typeof (value as Sink | null)?.open === 'function' && 'format' in (value as Sink)
}

function isTransform(value: unknown): value is Transform {
  return typeof (value as Transform | null)?.apply === 'function'
}
