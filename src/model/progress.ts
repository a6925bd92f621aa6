/** Progress events of a run; each kind is documented at its definition. */
export type ProgressEvent = JobEvent | TransferEvent | NoticeEvent

/** The job was issued or attached to, or its state changed, or another poll found it unchanged. */
export interface JobEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'job'
  /** The id of the job. */
  readonly jobId: string
  /** As the API has it: `queued`, `booting`, `running`, `success`, `error`, `killed`, or a state yet unknown. */
  readonly status: string
  /** Since this run began to wait, in milliseconds. */
  readonly elapsedMs: number
  /** Whether this run issued the job, rather than attached to it. */
  readonly issued: boolean
  /** How far the engine says it is; only where the run asks for it, and the engine says anything. */
  readonly progress?: EngineProgress | undefined
}

/** How far a query engine is with a job, by its own account. */
export interface EngineProgress {
  /** 0 to 100. */
  readonly percent: number | undefined
  /** Stages of the query that are finished, and all there are. */
  readonly stages: { readonly done: number; readonly total: number } | undefined
}

/** Bytes and rows moved so far. At most some ten a second. */
export interface TransferEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'transfer'
  /** Compressed bytes read so far. */
  readonly bytesIn: number
  /** How many there are, where known. */
  readonly totalBytesIn: number | undefined
  /** Rows read so far. */
  readonly rows: number
  /** How many there are, where known. */
  readonly totalRows: number | undefined
  /** Since the transfer began, in milliseconds. */
  readonly elapsedMs: number
}

/** Something the user should know and that is no failure: a made-up schema, replaced text, a resumed download. */
export interface NoticeEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'notice'
  /** A stable name, such as `N_SCHEMA_MISSING`. */
  readonly code: string
  /** One line of text for a person. */
  readonly message: string
  /** The job, where the notice tells what became of one. */
  readonly jobId?: string | undefined
}

/** A function that is called with each event. */
export type ProgressListener = (event: ProgressEvent) => void
