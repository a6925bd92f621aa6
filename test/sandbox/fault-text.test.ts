import t from 'tap'
import { parseFault } from '../../src/sandbox/index.js'

const TEXTS: readonly (readonly [string, object])[] = [
  ['ok', { kind: 'ok' }],
  ['status:503', { kind: 'status', status: 503 }],
  ['status:503x2@issue', { kind: 'status', status: 503, times: 2, on: 'issue' }],
  ['status:503x2:5', { kind: 'status', status: 503, times: 2, retryAfter: '5' }],
  [
    'status:429:5x*@status',
    { kind: 'status', status: 429, retryAfter: '5', times: Number.POSITIVE_INFINITY, on: 'status' },
  ],
  [
    'status:429:Wed, 21 Oct 2015 07:28:00 GMT@any',
    { kind: 'status', status: 429, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT', on: 'any' },
  ],
  ['status:429:-5', { kind: 'status', status: 429, retryAfter: '-5' }],
  ['html@show', { kind: 'html', on: 'show' }],
  ['htmlx3', { kind: 'html', times: 3 }],
  ['hang', { kind: 'hang' }],
  ['reset', { kind: 'reset' }],
  ['reset@4096', { kind: 'reset', at: 4096 }],
  ['fin@+100x3', { kind: 'fin', at: 100, relative: true, times: 3 }],
  ['reset@10@show', { kind: 'reset', at: 10, on: 'show' }],
  ['stall:500', { kind: 'stall', ms: 500 }],
  ['stall@2000:500', { kind: 'stall', at: 2000, ms: 500 }],
  ['trickle:1', { kind: 'trickle', bytesPerSecond: 1 }],
  ['corrupt@7', { kind: 'corrupt', at: 7 }],
  ['lie-range:-3', { kind: 'lie-range', what: 'start', by: -3 }],
  ['lie-range:total+7', { kind: 'lie-range', what: 'total', by: 7 }],
  ['lie-range:star', { kind: 'lie-range', what: 'star' }],
  ['frame:chunked', { kind: 'frame', how: 'chunked' }],
  ['frame:cl-10', { kind: 'frame', how: 'length', by: -10 }],
  ['etag:v2', { kind: 'etag', etag: '"v2"' }],
  ['etag:W/"v2"', { kind: 'etag', etag: 'W/"v2"' }],
  ['encode:br', { kind: 'encode', encoding: 'br' }],
  ['label:gzip', { kind: 'label', encoding: 'gzip' }],
  ['redirect:http://127.0.0.1:1/x?y=z', { kind: 'redirect', location: 'http://127.0.0.1:1/x?y=z' }],
  ['redirect:308:/v3/other@result', { kind: 'redirect', status: 308, location: '/v3/other', on: 'result' }],
  ['lose-response@issue', { kind: 'lose-response', on: 'issue' }],
  ['no-etag,reset@100x2', { kind: 'reset', at: 100, times: 2, with: [{ kind: 'no-etag' }] }],
]

for (const [text, fault] of TEXTS) t.strictSame(parseFault(text), fault, text)

for (const text of ['', 'nope', 'status', 'status:9', 'corrupt', 'reset@-1', 'reset:5', 'stall', 'trickle:0'])
  t.throws(() => parseFault(text), { code: 'E_USAGE', message: /not a fault/ }, text)
t.throws(() => parseFault('ok@nowhere'), { code: 'E_USAGE', message: /not an endpoint/ })
t.throws(() => parseFault('html,no-etag'), { code: 'E_USAGE', message: /cannot be joined/ })
