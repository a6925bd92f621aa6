// What has to hold of the rows before a file is published; what does not meet it leaves the file of yesterday as it is.
import { csv, gatesOf, pipeline, query } from 'td-sluice'

/** Publishes what a query gives, if it is what readers of the file rely on. */
async function publish(sql: string, path: string) {
  try {
    const { gates = [] } = await pipeline(query(sql, { database: 'sample_datasets' }), csv(path), {
      expect: { rows: { min: 1 }, notNull: ['time', 'path'], columns: ['time', 'path', 'code'] },
    })
    console.log(gates.map(({ gate, outcome }) => `${gate} ${outcome}`).join('; '))
  } catch (error) {
    const failed = gatesOf(error)?.filter(({ outcome }) => outcome === 'failed')
    if (failed === undefined) throw error
    for (const { gate, message } of failed) console.log(`not published: ${gate}: ${message}`)
  }
}

await publish('select time, path, code from www_access limit 100', 'access.csv')
await publish('select time, path, code from www_access where code = 999', 'access.csv')
