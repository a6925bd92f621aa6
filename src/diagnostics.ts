import { channel } from 'node:diagnostics_channel'

/**
 * A run, on the channel `td-sluice:run`: `start` when its source is to be opened, `end` when its output is final or it has failed.
 */
export type RunMessage =
  | {
      /** Tells the two apart. */
      readonly event: 'start'
      /** The same in all messages of a run, and another one in each run of the process. */
      readonly run: number
      /** The kind of its source: `query`, `job`, `file`, `stdin` or `stream`. */
      readonly source: string
    }
  | {
      /** Tells the two apart. */
      readonly event: 'end'
      /** As in the message of its start. */
      readonly run: number
      /** The job whose result it read, where there is one. */
      readonly jobId: string | undefined
      /** Milliseconds since its start. */
      readonly durationMs: number
      /** Rows of the result that were read. */
      readonly rows: number
      /** Bytes of the result that were read, compressed where it was. */
      readonly bytesIn: number
      /** The code of the failure; absent after a success. */
      readonly errorCode?: string
    }

/** A request to the API, on the channel `td-sluice:request`, once its head was answered or it has failed; each try is one. */
export interface RequestMessage {
  /** `GET` or `POST`. */
  readonly method: string
  /** The path, without its query: that may hold texts of the user. */
  readonly path: string
  /** The host and port that was asked. */
  readonly host: string
  /** The status of the reply; absent without one. */
  readonly status?: number
  /** The code of the failure, where there was one. */
  readonly errorCode?: string
  /** Milliseconds until the head of the reply was there, or until the failure. */
  readonly durationMs: number
}

/** Messages about a run's job on the channel `td-sluice:job`: that it was issued or found, and each look at its state. */
export interface JobMessage {
  /** The run that waits for it, as in the messages of `td-sluice:run`. */
  readonly run: number
  /** The id of the job. */
  readonly jobId: string
  /** As the API has it, such as `queued`, `running`, `success`. */
  readonly status: string
  /** Whether the run issued it, rather than attached to it. */
  readonly issued: boolean
  /** Milliseconds since the run began to wait. */
  readonly elapsedMs: number
}

/** Messages by the last part of their channel's name. */
interface Messages {
  readonly run: RunMessage
  readonly request: RequestMessage
  readonly job: JobMessage
}

const CHANNELS = {
  run: channel('td-sluice:run'),
  request: channel('td-sluice:request'),
  job: channel('td-sluice:job'),
}

/** Whether there are listeners: without any, no message is made. */
export function isHeard(name: keyof Messages): boolean {
  return CHANNELS[name].hasSubscribers
}

/** Tells the listeners. An error thrown by one is an uncaught exception of the process, not a failure of the run. */
export function publish<Name extends keyof Messages>(name: Name, message: Messages[Name]): void {
  CHANNELS[name].publish(message)
}

let runs = 0

/** The number of a new run. */
export function nextRun(): number {
  return ++runs
}
