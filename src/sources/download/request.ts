import type { Client, ResultOptions, ResultReply } from '../../client/index.js'
import type { SluiceError } from '../../errors.js'
import { type Asked, type Continuation, judge, type Known } from './continuation.js'
import type { BegunResult } from './delivered.js'

/** The result to download, and how. */
export interface ResultRequest {
  readonly client: Client
  readonly jobId: string
  /** `result_size` of the job record, which the result must then have. */
  readonly expectedBytes: number | undefined
  /**
   * How many connections to use.
   *
   * @default one up to 32 MiB, six beyond
   */
  readonly connections?: number | undefined
  /**
   * Bytes downloaded before.
   *
   * @default none
   */
  readonly begun?: BegunResult | undefined
  readonly signal: AbortSignal
  /**
   * For how long attempts in a row may bring nothing new, in milliseconds.
   *
   * @default 10 minutes
   */
  readonly noProgressMs?: number | undefined
  /**
   * Window of the average for the least pace, in milliseconds of waiting.
   *
   * @default 5 minutes
   */
  readonly paceWindowMs?: number | undefined
  /** Called when a connection broke and another attempt will be made; `offset` is where it goes on. */
  readonly onBroken: (offset: number, error: SluiceError) => void
}

export interface Answer {
  readonly reply: ResultReply
  readonly verdict: Continuation
}

/**
 * One attempt to get bytes of a result: no retries, and silence of the body is watched by who reads it. Throws what the
 * request throws, and what the verdict on its reply is when that is not good for anything.
 */
export async function fetchResult(
  { client, jobId, signal }: ResultRequest,
  known: Known,
  asked: Asked,
  options: Pick<ResultOptions, 'range' | 'ifRange'>,
): Promise<Answer> {
  const reply = await client.jobs.result(jobId, { ...options, signal, retries: 0, bodyTimeout: 0 })
  try {
    return { reply, verdict: judge(reply, known, asked) }
  } catch (error) {
    reply.body.destroy()
    throw error
  }
}
