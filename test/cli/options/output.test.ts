import { readdirSync } from 'node:fs'
import t from 'tap'
import { runInProcess } from '../../support/cli/context.js'
import { startServer } from '../../support/client/server.js'

const QUERY = ['query', '-d', 'db', 'select 1']

t.test('wrong options of formats are told before any request, by their flags', async (t) => {
  const server = await startServer(t)
  const cwd = t.testdir({})
  const env = { TD_API_SERVER: server.url, TD_API_KEY: 'k' }
  const cases: [string[], RegExp][] = [
    [
      ['--delimiter', 'a'],
      /option '--delimiter <characters>' argument 'a' is invalid.*that are no ASCII letter/,
    ],
    [['--null', ','], /the option --null is never quoted, so it may not contain the delimiter.*it is ","/],
    [['--null', 'a;', '--delimiter', ';'], /the option --null is never quoted/],
    [['-o', 'd.tsv', '--delimiter', ';'], /the format tsv has no option --delimiter; csv has it/],
    [['-f', 'ndjson', '--null', 'X'], /the format ndjson has no option --null; csv and tsv have it/],
    [['-f', 'json', '--no-header'], /the format json has no option --no-header; csv and tsv have it/],
    [['-o', 'a.parquet', '--bom'], /the format parquet has no option --bom; csv and tsv have it/],
    [
      ['-o', 'a.csv', '--parquet-codec', 'gzip'],
      /the format csv has no option --parquet-codec; parquet has it/,
    ],
    [
      ['-o', 'a.parquet', '--invalid-utf8', 'raw'],
      /the option --invalid-utf8 must be one of replace, fail, not "raw"/,
    ],
    [
      ['--compression-level', '9'],
      /the option --compression-level is for a compressed file, such as x.csv.gz/,
    ],
    [
      ['-o', 'a.csv.gz', '--compression-level', '10'],
      /the option --compression-level must be from 1 to 9 for gzip/,
    ],
    [['-o', 'a.parquet', '--compression-level', '9'], /the format parquet has no option --compression-level/],
    [['--special', 'nul'], /It must be one of string, null, error, not "nul"; did you mean null\?/],
    [['-o', 'a.parquet', '--row-group-size', '0'], /It must be a whole number of at least 1, not 0/],
  ]
  for (const [args, message] of cases) {
    const { exit, stdout, stderr } = await runInProcess([...QUERY, ...args], { cwd, env })
    t.equal(exit, 2, args.join(' '))
    t.equal(stdout, '')
    t.match(stderr, /^td-sluice: E_USAGE: /)
    t.match(stderr, message)
  }
  t.equal(server.requests.length, 0)
  t.same(readdirSync(cwd), [])
})
