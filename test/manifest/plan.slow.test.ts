import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { planRun } from '../../src/manifest/plan.js'
import { accountFor } from '../support/manifest/account.js'
import { growsAtMost, processorClock } from '../support/process/growth.js'

t.setTimeout(300_000)

const HEAD = 'version: 1\ndefaults: { database: db }\nexports:\n'

t.test('E24: ten thousand exports are planned in time in proportion', async (t) => {
  const cwd = t.testdir({ 'exports.yaml': '' })
  const timeOf = async (count: number) => {
    const lines = Array.from(
      { length: count },
      (_, i) => `  - { name: e${i}, query: q, output: "o/${i}.csv.gz" }\n`,
    )
    writeFileSync(join(cwd, 'exports.yaml'), HEAD + lines.join(''))
    const took = processorClock()
    const plan = await planRun({ file: 'exports.yaml', cwd, env: {}, accountFor })
    t.equal(plan.exports.length, count)
    return took()
  }
  await timeOf(1000)
  const work = { small: () => timeOf(1000), large: () => timeOf(10_000) }
  await growsAtMost(t, 'ten times as many', { ...work, most: 30, runs: 1 })
})
