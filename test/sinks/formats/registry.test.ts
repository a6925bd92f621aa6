import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type { Format } from '../../../src/model/formats.js'
import { arrow, createSink, csv, json, msgpack, parquet, tsv } from '../../../src/sinks/formats/index.js'

const folder = t.testdir({})
const at = (name: string) => join(folder, name)

t.test(
  'a file that is named as another format is a wrong use, and the hint says both ways out',
  async (t) => {
    t.throws(() => csv(at('x.parquet')), {
      code: 'E_USAGE',
      message: `${at('x.parquet')} is named as parquet, but csv is to be written`,
      hint: 'write parquet, or name it as csv: .csv',
    })
    const wrong: (() => unknown)[] = [
      () => parquet(at('x.csv')),
      () => json(at('x.CSV.gz')),
      () => tsv(at('x.csv')),
      () => csv(at('x.tsv')),
      () => csv(at('x.tsv'), { delimiter: ';' }),
      () => csv(at('x.ndjson'), { delimiter: '\t' }),
      () => msgpack(at('x.json.zst')),
      () => csv(pathToFileURL(at('x.ndjson'))),
      () => createSink('csv', at('x.parquet')),
      () => arrow(at('x.arrows')),
    ]
    for (const call of wrong) t.throws(call, { code: 'E_USAGE', message: /is named as/ }, String(call))
  },
)

t.test('other ends of a name say nothing, and some formats share a name', async (t) => {
  const names: [Format, string][] = [
    ['csv', 'x'],
    ['csv', 'x.txt'],
    ['csv', 'x.csv.gz'],
    ['csv', 'x.parquet/part-0'],
    ['ndjson', 'x.json'],
    ['json', 'x.jsonl'],
    ['msgpack', 'x.msgpack.gz'],
    ['parquet', 'x.data'],
    ['arrow', 'x.feather'],
  ]
  for (const [format, name] of names) t.doesNotThrow(() => createSink(format, at(name)), `${format} ${name}`)
  t.doesNotThrow(() => csv(at('x.tsv'), { delimiter: '\t' }))
  t.doesNotThrow(() => csv('-'))
  t.doesNotThrow(() => csv(new Writable()))
})
