import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { SluiceError, type Source } from '../../src/index.js'
import { DEFAULT_LIMITS } from '../../src/model/limits.js'
import { openResult } from '../../src/pipeline/result-stream.js'
import { resultOf } from '../fixtures/results.js'

t.test('a body that fails before anybody reads it fails the reader, not the process', async (t) => {
  const source: Source = resultOf([['id', 'bigint']], [[1]])
  const opened = await source.open({ signal: new AbortController().signal, onProgress: () => {} })
  const { rows } = await openResult(opened, DEFAULT_LIMITS, () => {})
  opened.body.destroy(new SluiceError('E_INTERRUPTED', 'stopped early'))
  for (let i = 0; i < 5; i++) await turn()
  const read = async () => {
    for await (const _ of rows);
  }
  await t.rejects(read(), { code: 'E_INTERRUPTED' })
})
