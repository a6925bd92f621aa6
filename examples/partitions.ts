// One folder a day, files of at most 20,000 rows; all of them appear together at the end.
import { csv, partitionBy, pipeline, query } from 'td-sluice'

const sql = `select date(from_unixtime(time)) as date, path, code
  from www_access where time < 1412121600 + 3 * 86400`
const report = await pipeline(
  query(sql, { database: 'sample_datasets' }),
  partitionBy(['date'], (path) => csv(`${path}.csv.gz`), { folder: 'access', maxRowsPerFile: 20_000 }),
)
for (const file of report.files ?? []) console.log(file.path)
