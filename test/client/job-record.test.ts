import t from 'tap'
import { parseJob, parseJobStatus, parseKilledJob, parseStatistics } from '../../src/client/job-record.js'

t.test('times are texts as the API writes them, and dates', async (t) => {
  const record = parseJobStatus({
    job_id: '7',
    status: 'success',
    created_at: '2020-12-31 11:22:33 UTC',
    updated_at: '2020-12-31T11:22:34Z',
    start_at: '2020-12-31 20:22:35.5 +0900',
    end_at: null,
  })
  t.equal(record.createdAt, '2020-12-31 11:22:33 UTC')
  t.strictSame(record.times, {
    created: new Date('2020-12-31T11:22:33Z'),
    updated: new Date('2020-12-31T11:22:34Z'),
    start: new Date('2020-12-31T11:22:35.500Z'),
    end: null,
  })
})

t.test('a text that is no time, or one without a zone, is no date', async (t) => {
  for (const text of [
    'soon',
    '2020-12-31 11:22:33',
    '2020-13-45 11:22:33 UTC',
    '2020-12-31 11:22:33 JST',
    '1',
  ]) {
    const { createdAt, times } = parseJobStatus({ job_id: '7', status: 'success', created_at: text })
    t.equal(createdAt, text)
    t.equal(times.created, null, text)
  }
})

t.test('JSON of a record has its dates as ISO 8601', async (t) => {
  const job = parseJob({ job_id: '7', status: 'running', start_at: '2020-12-31 11:22:33 UTC' })
  t.equal(JSON.parse(JSON.stringify(job)).times.start, '2020-12-31T11:22:33.000Z')
})

t.test('statistics are counted, and keep counters of other names', async (t) => {
  t.strictSame(parseStatistics({ job_id: 7, records_inserted: '12', other: { a: 1 } }, '7'), {
    jobId: '7',
    recordsInserted: 12,
    counters: { records_inserted: '12', other: { a: 1 } },
  })
  t.equal(parseStatistics({ records_inserted: 'many' }, '7').recordsInserted, null)
})

t.test('the state before a kill is in lower case', async (t) => {
  t.strictSame(parseKilledJob('{"job_id":"7","former_status":"RUNNING"}', '7'), {
    jobId: '7',
    formerStatus: 'running',
  })
})

t.test('the schema of a record is its text, and its columns', async (t) => {
  const text = '[["n","bigint"],["tags","array(varchar)"]]'
  const { hiveResultSchema, schema } = parseJob({ job_id: '7', status: 'success', hive_result_schema: text })
  t.equal(hiveResultSchema, text)
  t.match(schema, {
    columns: [
      { name: 'n', type: { kind: 'bigint' }, typeText: 'bigint' },
      { name: 'tags', type: { kind: 'array', element: { kind: 'varchar' } } },
    ],
    inferred: false,
  })
})

t.test('a record without a schema, or with one that cannot be read, has none parsed', async (t) => {
  for (const text of [undefined, null, '', 'nonsense', '{"a":1}', '[1]']) {
    const { schema } = parseJob({ job_id: '7', status: 'success', hive_result_schema: text })
    t.equal(schema, null, String(text))
  }
})
