import type { ErrorCode } from '../errors.js'

type Advice = string | ((jobId: string | undefined) => string | undefined)

const room: Advice = (jobId) =>
  jobId === undefined
    ? 'make room and run it again'
    : `make room; the job is not lost, and td-sluice dump ${jobId} writes its result`

const patience: Advice = (jobId) =>
  jobId === undefined
    ? 'run it again; --retries and --retry-delay allow for more patience'
    : `the job is not lost: td-sluice dump ${jobId} goes on with it`

const download: Advice = (jobId) =>
  jobId === undefined
    ? 'get the file again: this one cannot be trusted'
    : `no incomplete file is kept; td-sluice dump ${jobId} downloads the result again`

/** What to try after a failure that does not bring a hint of its own. */
const ADVICE: Readonly<Partial<Record<ErrorCode, Advice>>> = {
  E_INTERNAL: 'this is a bug; run it again with -v and report what it prints',
  E_JOB_KILLED: (jobId) => jobId && `td-sluice show ${jobId} tells when, and what it was`,
  E_NOT_FOUND: 'td-sluice list shows the jobs there are, td-sluice config which site was asked',
  E_NO_RESULT: (jobId) => jobId && `td-sluice show ${jobId} tells what the job did`,
  E_RESULT_GONE: 'the query has to run again',
  E_NET: patience,
  E_DNS: 'td-sluice config shows the endpoint in use, and where it comes from',
  E_TIMEOUT: patience,
  E_HTTP_5XX: patience,
  E_RATE_LIMIT: patience,
  E_TLS: '--ca-file FILE trusts one more certificate authority, such as that of a proxy',
  E_SIZE_MISMATCH: download,
  E_RESULT_CHANGED: download,
  E_GZIP: download,
  E_GZIP_TRUNCATED: download,
  E_MSGPACK_TRUNCATED: download,
  E_NOT_MSGPACK: 'td-sluice reads results in the form of msgpack; the first bytes of this are something else',
  E_ROW_COUNT: '--no-verify-count takes the rows there are, should the job record be wrong',
  E_NO_SPACE: room,
  E_EXISTS: 'leave out --no-clobber to replace it, or choose another name',
  E_LOCKED: 'wait for the other run to end, or choose another name',
}

/** One sentence of what to try, or nothing. */
export function adviceFor(code: ErrorCode, jobId: string | undefined): string | undefined {
  const advice = ADVICE[code]
  return typeof advice === 'function' ? advice(jobId) : advice
}
