import t from 'tap'
import {
  parseContentLength,
  parseContentRange,
  strongEtag,
} from '../../../src/sources/download/continuation.js'
import { growsEvenly } from '../../support/process/growth.js'

t.test('Content-Range', async (t) => {
  for (const [header, expected] of [
    ['bytes 0-9/10', { start: 0, end: 9, total: 10 }],
    ['Bytes 5-5/*', { start: 5, end: 5, total: undefined }],
    ['bytes */10', { start: undefined, end: undefined, total: 10 }],
    [
      'bytes 9007199254740-9007199254740/9007199254741',
      { start: 9007199254740, end: 9007199254740, total: 9007199254741 },
    ],
  ] as const) {
    t.strictSame(parseContentRange(header), expected, header)
  }
  for (const header of [
    undefined,
    '',
    'bytes',
    'bytes 9-5/10',
    'bytes 0-10/10',
    'bytes -5/10',
    'bytes 0-/10',
    'bytes 0-9',
    'bytes=0-9/10',
    'items 0-9/10',
    'bytes 0x0-9/10',
    'bytes 0-9/10, bytes 0-9/10',
    'bytes 99999999999999999999-99999999999999999999/999999999999999999999',
  ]) {
    t.equal(parseContentRange(header), undefined, String(header))
  }
})

t.test('Content-Length', async (t) => {
  t.equal(parseContentLength('0'), 0)
  t.equal(parseContentLength('123'), 123)
  for (const header of [undefined, '', '-1', '1e3', '1.5', ' 1', '1, 1', '99999999999999999999']) {
    t.equal(parseContentLength(header), undefined, String(header))
  }
})

t.test('only a strong tag counts', async (t) => {
  t.equal(strongEtag('"abc"'), '"abc"')
  t.equal(strongEtag('""'), '""')
  for (const header of [
    undefined,
    '',
    'abc',
    'W/"abc"',
    '"a"b"',
    '"a\u0001"',
    '"a", "b"',
    `"${'a'.repeat(300)}"`,
  ]) {
    t.equal(strongEtag(header), undefined, String(header))
  }
})

t.test('G7: the time for a header grows no faster than its length', async (t) => {
  for (const part of ['bytes ', '9', '"', 'bytes 0-9/', ' ']) {
    for (const parse of [parseContentRange, parseContentLength, strongEtag])
      await growsEvenly(t, part, 25_000, parse)
  }
})
