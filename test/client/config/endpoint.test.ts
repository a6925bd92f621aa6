import t from 'tap'
import { apiPath, parseEndpoint } from '../../../src/client/config/endpoint.js'
import { resolveConfig } from '../../../src/client/index.js'

function refused(text: string): Error & { hint?: string } {
  try {
    return Object.assign(new Error(`taken: ${parseEndpoint(text)}`), { code: 'none' })
  } catch (error) {
    return error as Error
  }
}

t.test('G19: an endpoint that is no whole name of a host is refused, wherever it comes from', async (t) => {
  const texts = {
    'of another option': ['s3', 'utf-8', 'csv', '123456', '17', '--json', '-o', '2026-01-31', '10MB', 'hive'],
    'a site': ['us01', 'JP01', 'us', 'aws'],
    'a file or a table': [
      'result.csv',
      'report.sql',
      'out.parquet',
      'a.csv.gz',
      'sample_datasets.www_access',
    ],
    'without a dot': [
      'https://s3',
      'https://s3/',
      'https://S3:443/v3',
      'td-proxy:8443',
      'https://host.',
      'localhost.',
    ],
    'a number': ['https://1', 'https://0x7f', '10.1', 'https://3232235521', '1.2.3', 'v1.2'],
    'of another scheme': [
      's3://bucket',
      's3://bucket.example.com/x',
      'file:/etc/passwd',
      'ftp://api.example.com',
      'td://api.example.com',
    ],
    'plain http': [
      'http://api.treasuredata.com',
      'http://s3',
      'http://10.0.0.1',
      'http://127.0.0.1.example.com',
    ],
    'with a user': [
      'me@api.treasuredata.com',
      'https://api.treasuredata.com@s3',
      'https://k:s@api.treasuredata.com',
    ],
    'oddly written': [
      'https:api.treasuredata.com',
      'https:\\\\api.treasuredata.com',
      'https://api.treasuredata.com\\@evil.example',
      'https:///api.treasuredata.com',
      'https://api.treasuredata.com%2eevil.example',
      'https://api.treasure\tdata.com',
      'https://api.treasuredata.com /x',
      'select 1',
      'https://',
      '',
    ],
    'a query': ['https://api.treasuredata.com/?x=1', 'https://api.treasuredata.com/#x'],
  }
  for (const [kind, list] of Object.entries(texts)) {
    for (const text of list) {
      t.match(refused(text), { code: 'E_CONFIG' }, `${kind}: ${text}`)
      t.throws(() => resolveConfig({ endpoint: text }, {}, ''), { code: 'E_CONFIG' }, text)
      if (text === '') continue
      t.throws(() => resolveConfig({}, { TD_API_SERVER: text }, ''), { code: 'E_CONFIG' }, text)
      t.throws(() => resolveConfig({}, { TREASURE_DATA_API_SERVER: text }, ''), { code: 'E_CONFIG' }, text)
    }
  }
})

t.test('it says what was given, and what to write', async (t) => {
  t.match(refused('s3'), {
    message: "the endpoint 's3' is not the whole name of a host",
    hint: /https:\/\/api\./,
  })
  t.match(refused('JP01'), { hint: 'it is a site: use --site jp01 or TD_SITE=jp01' })
  t.match(refused('https://api.treasuredata.com/v3/job/list'), { hint: 'use https://api.treasuredata.com' })
  t.match(refused('https://docs.treasuredata.com/_mock/apis/td_api_v3-public/job/show/19'), {
    hint: 'use https://docs.treasuredata.com/_mock/apis/td_api_v3-public',
  })
})

t.test('G19: a key in the place of an endpoint is not repeated', async (t) => {
  const secret = '0123456789abcdef0123456789abcdef01234567'
  for (const text of [
    secret,
    `17/${secret}`,
    `https://${secret}`,
    `me:${secret}@s3`,
    `${secret}.x_y`,
    `-k${secret}`,
  ]) {
    const error = refused(text)
    t.match(error, { code: 'E_CONFIG' }, text)
    t.notMatch(error.message + error.hint, secret, text)
  }
})

t.test('whole names and addresses are taken, with their ports and paths', async (t) => {
  for (const [text, expected] of [
    ['api.eu01.treasuredata.com', 'https://api.eu01.treasuredata.com'],
    ['https://td.internal', 'https://td.internal'],
    ['proxy.corp:8443/td/', 'https://proxy.corp:8443/td'],
    ['https://10.0.0.1', 'https://10.0.0.1'],
    ['https://[fd00::1]:8443', 'https://[fd00::1]:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://files.csv', 'https://files.csv'],
    ['https://localhost:8443', 'https://localhost:8443'],
    ['localhost:8443', 'https://localhost:8443'],
    ['http://127.0.0.1:4567/', 'http://127.0.0.1:4567'],
    ['http://[::1]:1', 'http://[::1]:1'],
    [' https://api.treasuredata.com/ ', 'https://api.treasuredata.com'],
  ] as const)
    t.equal(parseEndpoint(text), expected)
})

t.test(
  'the path of the API is found with the version at the end, without it, and at the mock server',
  async (t) => {
    for (const [text, path] of [
      ['https://api.treasuredata.com', '/v3/'],
      ['https://api.treasuredata.com/v3', '/v3/'],
      ['https://api.treasuredata.com/v3///', '/v3/'],
      ['https://gateway.example.com/td', '/td/v3/'],
      ['https://gateway.example.com/td/v3/', '/td/v3/'],
      ['https://gateway.example.com/v3-test', '/v3-test/v3/'],
      ['https://docs.treasuredata.com/_mock/apis/td_api_v3-public', '/_mock/apis/td_api_v3-public/'],
      ['https://docs.treasuredata.com/_mock/apis/td_api_v3-public/', '/_mock/apis/td_api_v3-public/'],
    ] as const)
      t.equal(apiPath(parseEndpoint(text)), path, text)
    // One place has one name: what is kept of a job on disk is found by it.
    t.equal(parseEndpoint('https://api.treasuredata.com/v3'), parseEndpoint('api.treasuredata.com'))
  },
)
