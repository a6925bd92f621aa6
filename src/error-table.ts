/** Meaning of a failure; some part of td-sluice decides by each column. */
export interface ErrorMeaning {
  /** The exit code of the command. */
  readonly exitCode: number
  /** Whether the same call may succeed when it is made again, later. */
  readonly retryable: boolean
  /** Whether the cause may pass within seconds. The client repeats the request by itself then. */
  readonly transient: boolean
  /**
   * The job of the failed run, for the next run of the same query:
   * - `alive`: it still runs, or its result is still good, so the next run attaches to it
   * - `none`: the API refused to make it
   * - `dead`: it ended without a result, or there is no such job any more
   * - `spent`: it succeeded, but its result is missing or cannot be used
   */
  readonly job: 'alive' | 'none' | 'dead' | 'spent'
  /** Whether the next run may use the bytes in the spool: `suspect` bytes are fetched again. */
  readonly bytes: 'good' | 'suspect'
  /** Description of the failure, for the page of errors and `-v`. */
  readonly meaning: string
  /**
   * The next command to type, after a failure without its own hint. A pair holds the text without a job and the one
   * with a job, whose id replaces `{job}`.
   */
  readonly advice: Advice
}

/** The next command to type: always the same, none, or one text without a job and one with it. */
export type Advice = string | null | readonly [withoutJob: string | null, withJob: string]

/** The same run fails again, until somebody changes something. Neither the job nor its bytes have to do with it. */
const LASTING = { retryable: false, transient: false, job: 'alive', bytes: 'good' } as const
/** It may pass within seconds. */
const PASSING = { retryable: true, transient: true, job: 'alive', bytes: 'good' } as const
/** The next run may succeed. */
const FOR_NOW = { retryable: true, transient: false, job: 'alive', bytes: 'good' } as const
/** Nothing comes of the job any more. */
const DEAD_JOB = { retryable: false, transient: false, job: 'dead', bytes: 'good' } as const
/** The job has no result, or has it no longer. */
const NO_RESULT = { retryable: false, transient: false, job: 'spent', bytes: 'good' } as const
/** The bytes are damaged as they arrived; another download may bring good ones. */
const BAD_COPY = { retryable: true, transient: false, job: 'alive', bytes: 'suspect' } as const
/** The result itself cannot be used; another download brings the same. */
const BAD_RESULT = { retryable: false, transient: false, job: 'spent', bytes: 'suspect' } as const

const PATIENCE = [
  'run it again; --retries and --retry-delay allow for more patience',
  'the job is not lost: td-sluice dump {job} goes on with it',
] as const
const DOWNLOAD = [
  'get the file again: this one cannot be trusted',
  'no incomplete file is kept; td-sluice dump {job} downloads the result again',
] as const

const TABLE = {
  E_INTERNAL: {
    ...LASTING,
    exitCode: 1,
    meaning: 'a bug in td-sluice; please report it',
    advice: 'this is a bug; run it again with -v and report what it prints',
  },
  E_CALLBACK: {
    ...LASTING,
    exitCode: 1,
    meaning: 'a function that the program passed in failed',
    advice: null,
  },

  E_USAGE: { ...LASTING, exitCode: 2, meaning: 'a wrong option, argument or call', advice: null },
  E_CONFIG: { ...LASTING, exitCode: 2, meaning: 'the configuration is incomplete or invalid', advice: null },
  E_REJECTED: {
    ...LASTING,
    job: 'none',
    exitCode: 2,
    meaning: 'the API refused the request as invalid (400, 422)',
    advice: null,
  },
  E_UNSUPPORTED: {
    ...LASTING,
    exitCode: 2,
    meaning: 'this Node version or installation lacks what the run needs',
    advice: null,
  },

  E_JOB_FAILED: {
    ...DEAD_JOB,
    exitCode: 3,
    meaning: 'the job ended with an error',
    advice: [null, 'td-sluice show {job} prints all that the engine said'],
  },
  E_JOB_KILLED: {
    ...DEAD_JOB,
    exitCode: 4,
    meaning: 'the job was killed',
    advice: [null, 'td-sluice show {job} tells when, and what it was'],
  },
  E_DEADLINE: {
    ...FOR_NOW,
    exitCode: 5,
    meaning: 'the deadline passed; the job still runs',
    advice: [
      'run it again; --wait-timeout allows for a longer wait',
      'the job goes on; td-sluice dump {job} attaches to it, td-sluice wait {job} only waits, ' +
        'td-sluice kill {job} stops it',
    ],
  },

  E_AUTH: {
    ...LASTING,
    exitCode: 6,
    meaning: 'the API key, or the credentials of a store or server, were not accepted (401)',
    advice: 'check the API key, and that it belongs to this site (--site, TD_API_SERVER)',
  },
  E_FORBIDDEN: {
    ...LASTING,
    exitCode: 6,
    meaning: 'the API key, or the credentials of a store or server, lack a permission (403)',
    advice: null,
  },

  E_DIFFERENT: {
    ...LASTING,
    exitCode: 8,
    meaning: 'the two tables that were compared are different',
    advice: null,
  },

  E_NOT_FOUND: {
    ...DEAD_JOB,
    exitCode: 7,
    meaning: 'there is no such job, database, table or bucket (404)',
    advice: 'td-sluice list shows the jobs, td-sluice config shows which site was asked',
  },
  E_NO_RESULT: {
    ...NO_RESULT,
    exitCode: 7,
    meaning: 'the job has no result, as after INSERT or CREATE',
    advice: [null, 'td-sluice show {job} tells what the job did; leave out -o for a statement without rows'],
  },
  E_RESULT_GONE: {
    ...NO_RESULT,
    exitCode: 7,
    meaning: 'the result vanished while td-sluice read it',
    advice: 'run the query again: the API no longer has this result',
  },

  E_NET: { ...PASSING, exitCode: 10, meaning: 'the network failed, after all retries', advice: PATIENCE },
  E_DNS: {
    ...PASSING,
    exitCode: 10,
    meaning: 'the host name could not be resolved',
    advice: 'td-sluice config shows the endpoint in use, and where it comes from',
  },
  E_TIMEOUT: { ...PASSING, exitCode: 10, meaning: 'the server stayed silent for too long', advice: PATIENCE },
  E_HTTP_5XX: { ...PASSING, exitCode: 10, meaning: 'the server kept failing (5xx)', advice: PATIENCE },
  E_RATE_LIMIT: {
    ...PASSING,
    exitCode: 10,
    meaning: 'the server kept refusing because of load (429, SlowDown)',
    advice: PATIENCE,
  },

  E_TLS: {
    ...LASTING,
    exitCode: 11,
    meaning: 'the TLS certificate or handshake, or the key of an SSH server, was refused',
    advice: '--ca-file FILE trusts one more certificate authority, such as that of a proxy',
  },
  E_REDIRECT: { ...LASTING, exitCode: 11, meaning: 'a redirect that must not be followed', advice: null },

  E_PROTOCOL: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the server answered something the API never says',
    advice: null,
  },
  E_SIZE_MISMATCH: {
    ...BAD_COPY,
    exitCode: 12,
    meaning: 'the number of bytes differs from the announced one',
    advice: DOWNLOAD,
  },
  E_RESULT_CHANGED: {
    ...BAD_COPY,
    exitCode: 12,
    meaning: 'the server has another result now than when the download began',
    advice: DOWNLOAD,
  },
  E_ENCODING: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the result came in an unknown content encoding',
    advice: null,
  },
  E_GZIP: { ...BAD_COPY, exitCode: 12, meaning: 'the gzip data is damaged', advice: DOWNLOAD },
  E_GZIP_TRUNCATED: { ...BAD_COPY, exitCode: 12, meaning: 'the gzip data ends too early', advice: DOWNLOAD },
  E_TRAILING_DATA: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'something that is not gzip follows the gzip data',
    advice: null,
  },
  E_NOT_MSGPACK: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the data is not a msgpack result',
    advice: 'td-sluice reads results in the form of msgpack; the first bytes of this are something else',
  },
  E_MSGPACK: { ...BAD_RESULT, exitCode: 12, meaning: 'a byte that msgpack never uses', advice: null },
  E_MSGPACK_TRUNCATED: { ...BAD_COPY, exitCode: 12, meaning: 'the data ends inside a row', advice: DOWNLOAD },
  E_ROW_SHAPE: { ...BAD_RESULT, exitCode: 12, meaning: 'a row is not an array', advice: null },
  E_SCHEMA: {
    ...BAD_RESULT,
    // The bytes are what the job made; another download brings the same.
    bytes: 'good',
    exitCode: 12,
    meaning: 'the schema is invalid, or a row disagrees with it',
    advice: null,
  },
  E_ROW_COUNT: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the number of rows differs from that in the job record',
    advice: '--no-verify-count accepts the rows there are, should the job record be wrong',
  },
  E_EXPECTATION: {
    // Other expectations may hold of the same rows.
    ...LASTING,
    exitCode: 12,
    meaning: 'the rows are not what was expected of them, and nothing was published',
    advice: [
      'correct the rows or the expectation, and run it again',
      'correct the rows and run it again, or the expectation: td-sluice dump {job} writes the same result',
    ],
  },
  E_TYPE: {
    // Another run may choose other options: neither the job nor its bytes are at fault.
    ...LASTING,
    exitCode: 12,
    meaning: 'a value does not fit the type of its column',
    advice: null,
  },
  E_PARQUET: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the Parquet file is damaged or of an unknown kind',
    advice: null,
  },
  E_ARROW: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the Arrow file is damaged or of an unknown kind',
    advice: null,
  },
  E_TEXT_DAMAGED: {
    ...BAD_RESULT,
    exitCode: 12,
    meaning: 'the CSV, TSV or JSON that was read is not valid',
    advice: null,
  },
  E_UTF8: {
    // Another run may choose other options: neither the job nor its bytes are at fault.
    ...LASTING,
    exitCode: 12,
    meaning: 'a text is not valid UTF-8, and the options say to fail then',
    advice: null,
  },

  E_LIMIT_ROW: { ...LASTING, exitCode: 13, meaning: 'a row is larger than the limit', advice: null },
  E_LIMIT_CELL: { ...LASTING, exitCode: 13, meaning: 'a cell is larger than the limit', advice: null },
  E_LIMIT_DEPTH: {
    ...LASTING,
    exitCode: 13,
    meaning: 'a value is nested deeper than the limit',
    advice: null,
  },
  E_LIMIT_COLUMNS: {
    ...LASTING,
    exitCode: 13,
    meaning: 'there are more columns than the limit',
    advice: null,
  },
  E_LIMIT_HELD: {
    ...LASTING,
    exitCode: 13,
    meaning: 'more rows wait for the row of the same key than the memory is to hold',
    advice: 'sort both files by the key, compare fewer columns with --columns, or raise --max-memory',
  },
  E_LIMIT_BODY: { ...LASTING, exitCode: 13, meaning: 'an API reply is larger than the limit', advice: null },

  E_IO: {
    ...LASTING,
    exitCode: 14,
    meaning: 'a file could not be read, or an output not be written',
    advice: null,
  },
  E_NO_SPACE: {
    ...FOR_NOW,
    exitCode: 14,
    meaning: 'the disk or the store is full, or the quota is used up',
    advice: [
      'make room and run it again',
      'make room; the job is not lost, and td-sluice dump {job} writes its result',
    ],
  },
  E_DATABASE: {
    ...LASTING,
    exitCode: 14,
    meaning: 'the database that takes the rows failed or refused them',
    advice: null,
  },

  E_DATABASE_BUSY: {
    ...FOR_NOW,
    exitCode: 10,
    meaning:
      'the database that takes the rows failed for now: no connection, a deadlock, too many connections',
    advice: [
      'run it again when the database takes connections',
      'run it again when the database takes connections; td-sluice dump {job} writes the same result',
    ],
  },

  E_EXISTS: {
    ...LASTING,
    exitCode: 15,
    meaning: 'the output exists and must not be replaced',
    advice: 'leave out --no-clobber to replace it, or choose another name',
  },
  E_LOCKED: {
    ...FOR_NOW,
    exitCode: 15,
    meaning: 'another run is writing the same output',
    advice: 'wait for the other run to end, or choose another name',
  },
  E_CONFLICT: {
    ...LASTING,
    exitCode: 15,
    meaning: 'the domain key belongs to another job (409)',
    advice: null,
  },

  E_HANGUP: { ...FOR_NOW, exitCode: 129, meaning: 'the terminal went away (SIGHUP)', advice: null },
  E_INTERRUPTED: {
    ...FOR_NOW,
    exitCode: 130,
    meaning: 'stopped by Ctrl-C or by the AbortSignal',
    advice: null,
  },
  E_BROKEN_PIPE: { ...LASTING, exitCode: 141, meaning: 'the reader of the output went away', advice: null },
  E_TERMINATED: { ...FOR_NOW, exitCode: 143, meaning: 'stopped by SIGTERM', advice: null },
} as const satisfies Record<string, ErrorMeaning>

/** A stable name for a kind of failure; see {@link ERROR_TABLE}. */
export type ErrorCode = keyof typeof TABLE

/**
 * The one table of failures: what each code means, and what follows from it. `docs/errors.md` prints the same table, and
 * the command exits with these numbers.
 */
export const ERROR_TABLE: { readonly [Code in ErrorCode]: ErrorMeaning } = TABLE

/** The whole command to type after a failure of this kind; `undefined` if none helps or the message says it all. */
export function adviceFor(code: ErrorCode, jobId?: string): string | undefined {
  const advice: Advice = ERROR_TABLE[code].advice
  if (advice === null || typeof advice === 'string') return advice ?? undefined
  const [withoutJob, withJob] = advice
  return jobId === undefined ? (withoutJob ?? undefined) : withJob.replaceAll('{job}', () => jobId)
}
