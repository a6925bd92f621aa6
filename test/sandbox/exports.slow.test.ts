import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'
import { ask } from '../support/sandbox/request.js'

t.test('a result is exported to the folder that stands for the bucket', async (t) => {
  const exportDir = t.testdir()
  const { post, run, finished } = await sandboxFor(t, { exportDir })
  const { job } = await run(`SELECT 1 AS a, 'x,y' AS b, NULL AS c`)
  const read = async (name: string) => (await readFile(join(exportDir, name))).toString()
  for (const [fields, name, content] of [
    [{ result: 's3://key:secret@/bucket/dir/one.csv' }, 'bucket/dir/one.csv', 'a,b,c\n1,"x,y",\n'],
    [{ result: 's3://host/two?format=tsv&header=false' }, 'host/two.tsv', '1\tx,y\t\n'],
    [
      { result: '{"type":"s3","bucket":"b","path":"three.jsonl"}' },
      'b/three.jsonl',
      '{"a":1,"b":"x,y","c":null}\n',
    ],
    [
      { result_connection_id: '17', result_connection_settings: '{"path":"four.json"}' },
      'connection-17/four.json',
      '[{"a":1,"b":"x,y","c":null}\n]\n',
    ],
    [{ result: 's3://b/../../../up.csv' }, 'up.csv', 'a,b,c\n1,"x,y",\n'],
  ] as const) {
    const { status, json } = await post(`job/result_export/${job.job_id}`, fields)
    t.equal(status, 200)
    t.match(json, { type: 'result_export', result_export_target_job_id: Number(job.job_id) })
    const done = await finished(json.job_id!)
    t.equal(done.status, 'success', done.debug.stderr ?? '')
    t.equal(await read(name), content, name)
    t.equal((await finished(job.job_id)).linked_result_export_job_id, Number(json.job_id))
  }
  const { json } = await post(`job/result_export/${job.job_id}`, {
    result: 's3://b/five.csv?compression=gzip',
  })
  await finished(json.job_id!)
  t.equal(gunzipSync(await readFile(join(exportDir, 'b/five.csv.gz'))).toString(), 'a,b,c\n1,"x,y",\n')
})

t.test('a query with a result target exports its result', async (t) => {
  const exportDir = t.testdir()
  const { issue, finished } = await sandboxFor(t, { exportDir })
  const job = await finished(await issue('SELECT 1 AS a', { result: 's3://b/out.csv' }))
  await finished(String(job.linked_result_export_job_id))
  t.equal((await readFile(join(exportDir, 'b/out.csv'))).toString(), 'a\n1\n')
})

t.test('the ending of a name is a format only where it is the name of one', async (t) => {
  const exportDir = t.testdir()
  const { post, run, finished } = await sandboxFor(t, { exportDir })
  const { job } = await run('SELECT 1 AS a')
  for (const name of ['x.constructor', 'x.toString', 'x.hasOwnProperty', 'x.valueOf']) {
    const { json } = await post(`job/result_export/${job.job_id}`, { result: `s3://b/${name}` })
    t.equal((await finished(json.job_id!)).status, 'success', name)
    t.equal(await readFile(join(exportDir, 'b', name), 'utf8'), 'a\n1\n', `${name} is CSV`)
  }
})

t.test('exports that cannot be done', async (t) => {
  const exportDir = t.testdir()
  const { sandbox, post, run, finished } = await sandboxFor(t, { exportDir })
  const { job } = await run('SELECT 1 AS a')
  t.equal((await post(`job/result_export/${job.job_id}`)).status, 422)
  t.equal((await post('job/result_export/99', { result: 's3://b/x' })).status, 404)
  await mkdir(join(exportDir, 'b/taken.csv'), { recursive: true })
  for (const [result, reason] of [
    ['no url', /not a URL/],
    ['{broken', /not a JSON object/],
    ['s3://b/x?format=xlsx', /cannot be exported as xlsx/],
    ['s3://b/x?format=constructor', /cannot be exported as constructor/],
    ['s3://b/x?format=__proto__', /cannot be exported as __proto__/],
    ['s3://b/taken.csv', /EISDIR|directory/],
  ] as const) {
    const { json } = await post(`job/result_export/${job.job_id}`, { result })
    const failed = await finished(json.job_id!)
    t.equal(failed.status, 'error')
    t.match(failed.debug.stderr, reason)
  }
  const added = sandbox.addJob({ id: '5' })
  const { json } = await post(`job/result_export/${added}`, { result: 's3://b/x' })
  t.match((await finished(json.job_id!)).debug.stderr, /has no result/)
  t.strictSame(await readdir(join(exportDir, 'b')), ['taken.csv'], 'nothing half done is left')
})

t.test('a table is exported in each format and between two times', async (t) => {
  const exportDir = t.testdir()
  const { post, finished } = await sandboxFor(t, { exportDir, rows: 100 })
  const base = { storage_type: 's3', bucket: 'b', access_key_id: 'k', secret_access_key: 's' }
  const read = async (name: string) => gunzipSync(await readFile(join(exportDir, 'b', name))).toString()
  for (const format of ['tsv.gz', 'jsonl.gz', 'line-json.gz', 'json.gz']) {
    const fields = { ...base, file_format: format, file_prefix: `dir/${format}` }
    const { status, json } = await post('export/run/sample_datasets/www_access', fields)
    t.equal(status, 200)
    t.strictSame(json, { job: json.job_id, job_id: json.job_id, database: 'sample_datasets' })
    t.match(await finished(json.job_id!), { status: 'success', type: 'export', num_records: 100 })
    const text = await read(`dir/${format}_0.${format}`)
    if (format === 'json.gz') t.equal(JSON.parse(text).length, 100)
    else t.equal(text.trimEnd().split('\n').length, 100)
    if (format === 'jsonl.gz') t.match(JSON.parse(text.split('\n')[0]!), { code: 200, time: 1_412_121_600 })
  }
  const { json } = await post('export/run/sample_datasets/www_access', {
    ...base,
    from: '1412121600',
    to: '1412208000',
  })
  t.match(await finished(json.job_id!), { status: 'success', num_records: 4 })
  t.equal((await read('sample_datasets/www_access_0.jsonl.gz')).trimEnd().split('\n').length, 4)
})

t.test('table exports that are refused', async (t) => {
  const { sandbox, post, finished } = await sandboxFor(t)
  const base = { storage_type: 's3', bucket: 'b' }
  const path = 'export/run/sample_datasets/nasdaq'
  t.equal((await post(path, { ...base, storage_type: 'gcs' })).status, 400)
  t.equal((await post(path, { ...base, file_format: 'xml.gz' })).status, 400)
  t.equal((await post(path, { storage_type: 's3' })).status, 400)
  t.equal((await post('export/run/sample_datasets/nosuch', base)).status, 404)
  t.equal((await post('export/run/nosuch/nasdaq', base)).status, 404)
  t.equal((await ask(`${sandbox.url}/v3/${path}`)).status, 405)
  const { json } = await post(path, base)
  t.match((await finished(json.job_id!)).debug.stderr, /without a folder to export to/)
})

t.test('G16: an export replaces no file of a table, under its own name or a link to it', async (t) => {
  const exportDir = t.testdir({ b: { 'table.csv': 'n\n1\n' } })
  const file = join(exportDir, 'b/table.csv')
  await symlink('table.csv', join(exportDir, 'b/link.csv'))
  await symlink('table.csv', join(exportDir, 'b/kept.csv.part'))
  const { post, run, finished } = await sandboxFor(t, { exportDir, tables: [{ name: 'one', file }] })
  const { job } = await run('SELECT 3 AS n')
  for (const name of ['table.csv', 'link.csv', 'kept.csv']) {
    const { json } = await post(`job/result_export/${job.job_id}`, { result: `s3://b/${name}` })
    const { status, debug } = await finished(json.job_id!)
    t.equal(status, 'error', name)
    t.match(debug.stderr, /is the file of a table of this sandbox/)
  }
  t.equal(await readFile(file, 'utf8'), 'n\n1\n')
})
