import fc from 'fast-check'
import t from 'tap'
import { domainKey, identityHash, type JobIdentity } from '../../src/manifest/domain-key.js'

const JOB: JobIdentity = {
  name: 'users',
  scheduledTime: Date.parse('2026-01-31T00:00:00Z'),
  endpoint: 'https://api.treasuredata.com',
  type: 'trino',
  database: 'db',
  sql: 'select 1',
  engineVersion: undefined,
  resultUrl: undefined,
}

const keyOf = (job: JobIdentity, series = '', number = 1) =>
  domainKey(job, identityHash(job), { series, number })

t.test('a key is the same in every version, or later starts would not find earlier jobs', async (t) => {
  t.equal(keyOf(JOB), 'td-sluice-users-20260131T000000Z-7b21302a3ef250d5-1')
  t.equal(keyOf(JOB, '0123abcd', 2), 'td-sluice-users-20260131T000000Z-7b21302a3ef250d5-0123abcd-2')
})

t.test('everything that makes another job makes another key', async (t) => {
  const others: Partial<JobIdentity>[] = [
    { name: 'user' },
    { scheduledTime: JOB.scheduledTime + 1000 },
    { endpoint: 'https://api.eu01.treasuredata.com' },
    { type: 'hive' },
    { database: 'other' },
    { sql: 'select 2' },
    { engineVersion: 'stable' },
    { resultUrl: 'td://@/db/table' },
    { database: 'dbs', sql: 'elect 1' },
  ]
  const keys = others.map((other) => keyOf({ ...JOB, ...other }))
  t.equal(new Set([...keys, keyOf(JOB)]).size, others.length + 1)
})

t.test('a key is short and plain whatever the name is', async (t) => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,63}$/),
      fc.integer({ min: 1, max: 999 }),
      (name, number) => {
        t.match(keyOf({ ...JOB, name }, '0123abcd', number), /^[\w-]{1,80}$/)
      },
    ),
  )
})
