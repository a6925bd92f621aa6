// A folder on an SSH server with one file for each code, and a receipt: manifest.json is there when all files are.
import { readFileSync } from 'node:fs'
import { csv, partitionBy, pipeline, query } from 'td-sluice'
import { sftp } from 'td-sluice/sftp'

const [
  url = 'sftp://writer@files.example.com/exports/by-code',
  key = 'id_ed25519',
  knownHosts = 'known_hosts',
] = process.argv.slice(2)
const options = { privateKey: readFileSync(key, 'utf8'), knownHosts }
const report = await pipeline(
  query('select code, path, time from www_access limit 1000', { database: 'sample_datasets' }),
  partitionBy(['code'], (path) => csv(sftp(`${path}.csv.gz`, options)), {
    folder: sftp(url, options),
    receipt: true,
  }),
)
for (const file of report.files ?? []) console.log(file.path)
