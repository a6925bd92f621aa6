import { SluiceError } from '../errors.js'

/** Ids have some ten digits today; they are texts and no arithmetic is ever done on them. */
const JOB_ID = /^[0-9]{1,20}$/

/** Checks a job id given by the caller; throws `E_USAGE`. */
export function checkJobId(value: string | number): string {
  const id = jobIdOf(value)
  if (id !== undefined) return id
  throw new SluiceError('E_USAGE', 'a job id is a number of 1 to 20 digits')
}

/** A job id of an API reply, a text or a number there; throws `E_PROTOCOL`. */
export function parseJobId(value: unknown): string {
  const id = jobIdOf(value)
  if (id !== undefined) return id
  throw new SluiceError('E_PROTOCOL', 'the API reply has no valid job id')
}

function jobIdOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && JOB_ID.test(text) ? text : undefined
}
