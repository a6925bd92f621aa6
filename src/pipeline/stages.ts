import { SluiceError } from '../errors.js'
import type { Sink } from '../sinks/contract.js'
import { checkOptions } from '../usage.js'
import { PIPELINE_OPTIONS, type PipelineOptions } from './run.js'
import type { Transform } from './shape.js'

/** The stages that a program puts behind a source. */
export interface Stages {
  readonly transforms: Transform[]
  readonly sink: Sink
  readonly options: PipelineOptions
}

/**
 * Reads the arguments of `what`: transforms, then one sink, then perhaps options.
 *
 * @throws SluiceError `E_USAGE` for anything else.
 */
export function parseStages(given: readonly unknown[], what: 'pipeline' | 'to'): Stages {
  const at = given.findIndex(isSink)
  if (at < 0)
    throw new SluiceError('E_USAGE', `${what} needs a sink, such as csv(path), behind its transforms`)
  const transforms = given.slice(0, at)
  const wrong = transforms.findIndex((transform) => !isTransform(transform))
  // The first argument of a pipeline is its source.
  const number = wrong + (what === 'pipeline' ? 2 : 1)
  if (wrong >= 0) throw new SluiceError('E_USAGE', `argument ${number} of ${what} is not a transform`)
  const allowed = what === 'pipeline' ? 1 : 0
  if (given.length > at + 1 + allowed) {
    const follow = what === 'pipeline' ? 'only options may follow' : 'nothing may follow'
    throw new SluiceError('E_USAGE', `${follow} the sink of ${what === 'to' ? 'to' : 'a pipeline'}`)
  }
  const { [at + 1]: options = {} } = given as PipelineOptions[]
  checkOptions(options, 'pipeline', PIPELINE_OPTIONS)
  return { transforms: transforms as Transform[], sink: given[at] as Sink, options }
}

function isSink(value: unknown): value is Sink {
  return typeof (value as Sink | null)?.open === 'function' && 'format' in (value as Sink)
}

function isTransform(value: unknown): value is Transform {
  return typeof (value as Transform | null)?.apply === 'function'
}
