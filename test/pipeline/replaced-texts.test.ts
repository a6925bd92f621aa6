import { PassThrough } from 'node:stream'
import t from 'tap'
import {
  filter,
  map,
  ndjson,
  pipeline,
  rows,
  rowsTo,
  stream,
  type Transform,
  through,
} from '../../src/index.js'
import * as pack from '../support/msgpack/pack.js'
import { memoryWritable } from '../support/streams/writables.js'

const SCHEMA = '[["text","varchar"]]'
const BROKEN = Buffer.from('brok\xffen', 'latin1')
/** Two that are not UTF-8, the same bytes again, and one in which U+FFFD stood before. */
const TEXTS = [BROKEN, 'fine', BROKEN, 'was \ufffd before', Buffer.of(0xff)]

const source = () =>
  stream(new PassThrough().end(Buffer.concat(TEXTS.map((text) => pack.array([pack.str(text)])))), {
    schema: SCHEMA,
  })

const copies: Record<string, () => Transform[]> = {
  'no function': () => [],
  filter: () => [filter(() => true)],
  map: () => [map((row) => ({ text: row.text }))],
  'map, twice': () => [map((row) => ({ text: row.text })), map((row) => ({ text: row.text }))],
  through: () => [through(new PassThrough({ objectMode: true }))],
}

for (const [name, steps] of Object.entries(copies)) {
  t.test(`texts that were not UTF-8 are counted once each: ${name}`, async (t) => {
    const report = await pipeline(source(), ...steps(), ndjson(memoryWritable().writable))
    t.equal(report.replacedTexts, 3)
    const handed = await pipeline(
      source(),
      ...steps(),
      rowsTo(() => {}),
    )
    t.equal(handed.replacedTexts, 3)
  })
}

t.test('a loop is told of them when it has ended', async (t) => {
  const notices: string[] = []
  const onProgress = (event: { type: string; message?: string }) => {
    if (event.type === 'notice') notices.push(event.message ?? '')
  }
  const texts: unknown[] = []
  for await (const { text } of rows(source(), { onProgress })) texts.push(text)
  t.strictSame(texts, ['brok\ufffden', 'fine', 'brok\ufffden', 'was \ufffd before', '\ufffd'])
  t.strictSame(notices, ['texts that were not UTF-8, with U+FFFD in place of the wrong bytes: 3'])
})
