import { ApiError } from '../http/api-error.js'
import { booleanParam, textParam } from '../http/params.js'
import type { Reply } from '../http/reply.js'
import { columnNames } from '../results/column-names.js'
import { textLines, unzipped } from '../results/formats.js'
import type { ResultBody } from '../results/result-body.js'
import type { Route } from './route.js'

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  json: 'application/json; charset=utf-8',
}

function isText(format: string): format is keyof typeof MEDIA_TYPES {
  return Object.hasOwn(MEDIA_TYPES, format)
}

function reply(representation: ResultBody, type: string, encoding?: string): Reply {
  return {
    status: 200,
    headers: {
      'content-type': type,
      ...(encoding && { 'content-encoding': encoding, vary: 'accept-encoding' }),
    },
    representation,
  }
}

/** Whether an `Accept-Encoding` header allows gzip by name. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((item) => /^\s*(x-)?gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(item))
}

/**
 * `job/result`. The API's reference asks for results without a format; what comes then is TSV, the oldest of them.
 * `msgpack` is the same gzip bytes as `msgpack.gz`, as a content encoding where the client accepts it.
 */
export const resultRoute: Route = {
  endpoint: 'result',
  method: 'GET',
  path: 'job/result/*',
  async handle({ jobs, renditions }, { args: [id = ''], params, request }) {
    const job = jobs.get(id)
    const { body } = job
    if (job.status !== 'success') throw new ApiError(404, `The job ${id} has no result: it is ${job.status}`)
    if (body === null) throw new ApiError(404, `The job ${id} has no result`)
    const format = textParam(params, 'format') ?? 'tsv'
    if (format === 'msgpack.gz' || format === 'msgpack_gz') return reply(body, 'application/gzip')
    if (format === 'msgpack') {
      if (acceptsGzip(request.headers['accept-encoding'])) return reply(body, 'application/x-msgpack', 'gzip')
      const plain = await renditions.get(body, format, () => unzipped(body))
      return reply(plain, 'application/x-msgpack')
    }
    if (!isText(format)) throw new ApiError(400, `Unknown format ${format}`)
    const options = {
      format,
      columns: columnNames(job.schemaText),
      header: booleanParam(params, 'header'),
      nullifySpecial: booleanParam(params, 'nullify_special'),
    }
    const text = await renditions.get(body, JSON.stringify(options), () => textLines(unzipped(body), options))
    return reply(text, MEDIA_TYPES[format])
  },
}
