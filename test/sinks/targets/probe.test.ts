import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { csv, partitionBy } from '../../../src/index.js'
import { probePath } from '../../../src/sinks/targets/part.js'

t.test('F5: probes that a killed run left are removed by the next one', async (t) => {
  const cwd = t.testdir({ parts: {} })
  const left = [
    probePath(join(cwd, 'out.csv')),
    // Of partitions, and of a folder that is not there yet.
    probePath(join(cwd, 'parts', 'part-0')),
    probePath(join(cwd, 'later')),
  ]
  for (const path of left) writeFileSync(path, '')
  await csv(join(cwd, 'out.csv')).prepare?.()
  for (const folder of ['parts', 'later/still']) {
    await partitionBy(['a'], (path) => csv(`${path}.csv`), { folder: join(cwd, folder) }).prepare?.()
  }
  t.strictSame(readdirSync(cwd, { recursive: true }), ['parts'])
})

t.test('only probes of the same name are removed', async (t) => {
  const cwd = t.testdir({})
  const other = [probePath(join(cwd, 'out.csv.gz')), probePath(join(cwd, 'out'))]
  const part = join(cwd, '.out.csv.2000000001.0123456789abcdef.part')
  for (const path of [...other, part]) writeFileSync(path, '')
  await csv(join(cwd, 'out.csv')).prepare?.()
  t.strictSame(
    readdirSync(cwd)
      .map((name) => join(cwd, name))
      .sort(),
    [...other, part].sort(),
  )
})
