import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { Client, type ConfigOptions, resolveConfig } from '../../src/client/index.js'
import { TEST_KEY } from '../support/client/server.js'
import { TEST_CA } from '../support/client/tls.js'

const OTHER_KEY = `2/${'f'.repeat(40)}`

/** A home directory, with a td.conf where `conf` is given. */
function homeOf(t: Test, conf?: string): string {
  const home = t.testdir({})
  if (conf !== undefined) {
    mkdirSync(join(home, '.td'))
    writeFileSync(join(home, '.td', 'td.conf'), conf)
  }
  return home
}

t.test('options come before the environment, and the environment before td.conf', async (t) => {
  const home = homeOf(
    t,
    `[account]\nuser = me@example.com\napikey = ${TEST_KEY}\nendpoint = api.eu01.treasuredata.com\n`,
  )
  const file = join(home, '.td', 'td.conf')
  const env = { TD_API_KEY: OTHER_KEY, TD_API_SERVER: 'https://api.treasuredata.co.jp/' }

  const fromFile = resolveConfig({}, {}, home)
  t.equal(fromFile.apiKey?.reveal(), TEST_KEY)
  t.equal(fromFile.endpoint, 'https://api.eu01.treasuredata.com')
  t.match(fromFile, { user: 'me@example.com', origins: { apiKey: file, endpoint: file, configFile: file } })

  const fromEnv = resolveConfig({}, env, home)
  t.equal(fromEnv.apiKey?.reveal(), OTHER_KEY)
  t.equal(fromEnv.endpoint, 'https://api.treasuredata.co.jp')
  t.match(fromEnv.origins, { apiKey: 'TD_API_KEY', endpoint: 'TD_API_SERVER' })

  const fromOptions = resolveConfig({ apiKey: TEST_KEY, site: 'ap02' }, env, home)
  t.equal(fromOptions.apiKey?.reveal(), TEST_KEY)
  t.equal(fromOptions.endpoint, 'https://api.ap02.treasuredata.com')
  t.match(fromOptions.origins, { apiKey: 'option', endpoint: 'option' })
})

t.test('the TREASURE_DATA spellings come first, and empty variables are none', async (t) => {
  const home = homeOf(t)
  const env = {
    TREASURE_DATA_API_KEY: TEST_KEY,
    TD_API_KEY: OTHER_KEY,
    TREASURE_DATA_API_SERVER: '',
    TD_API_SERVER: 'api.ap03.treasuredata.com',
  }
  const config = resolveConfig({}, env, home)
  t.equal(config.apiKey?.reveal(), TEST_KEY)
  t.equal(config.endpoint, 'https://api.ap03.treasuredata.com')
  t.equal(resolveConfig({}, { TD_SITE: 'JP01' }, home).endpoint, 'https://api.treasuredata.co.jp')
  t.match(resolveConfig({}, {}, home), {
    endpoint: 'https://api.treasuredata.com',
    origins: { endpoint: 'default' },
  })
  t.throws(() => resolveConfig({}, { TD_SITE: 'mars' }, home), {
    code: 'E_CONFIG',
    message: /there is no site "mars" \(TD_SITE\)/,
    hint: /us01, jp01, eu01/,
  })
})

t.test('blank lines, comments, other sections and unknown keys in td.conf are fine', async (t) => {
  const conf = `\ufeff# a comment\n\n[import]\napikey = wrong\n\n[account]\r\n  apikey=${TEST_KEY}  \n\nsome junk\nretry = 5\nuser =\n; end\n`
  const config = resolveConfig({}, {}, homeOf(t, conf))
  t.equal(config.apiKey?.reveal(), TEST_KEY)
  t.equal(config.user, undefined)
})

t.test('another td.conf can be named, and must then be there', async (t) => {
  const dir = t.testdir({ conf: `[account]\napikey = ${TEST_KEY}\n` })
  const path = join(dir, 'conf')
  for (const [options, env] of [
    [{ configFile: path }, {}],
    [{}, { TREASURE_DATA_CONFIG_PATH: path }],
    [{}, { TD_CONFIG_PATH: path }],
  ] as const) {
    t.equal(resolveConfig(options, env, dir).apiKey?.reveal(), TEST_KEY)
  }
  t.throws(() => resolveConfig({ configFile: join(dir, 'none') }, {}, dir), { code: 'E_CONFIG', exitCode: 2 })
})

t.test('without a key, a client says what to do', async (t) => {
  const config = resolveConfig({}, {}, homeOf(t))
  t.equal(config.apiKey, undefined)
  t.throws(() => new Client(config), { code: 'E_CONFIG', hint: /TD_API_KEY.*td\.conf.*--api-key-file/ })
})

t.test('G1: a key file must be its owner’s alone', async (t) => {
  const path = join(t.testdir({ key: `${TEST_KEY}\n` }), 'key')
  chmodSync(path, 0o644)
  t.throws(() => resolveConfig({ apiKeyFile: path }, {}, '/none'), { code: 'E_CONFIG', hint: /chmod 600/ })
  chmodSync(path, 0o600)
  const config = resolveConfig({ apiKeyFile: path }, { TD_API_KEY: OTHER_KEY }, '/none')
  t.equal(config.apiKey?.reveal(), TEST_KEY)
  t.equal(config.origins.apiKey, path)
  for (const text of [`\ufeff${TEST_KEY}\r\n`, `${TEST_KEY}\n\n`, ` ${TEST_KEY}`]) {
    writeFileSync(path, text)
    t.equal(resolveConfig({ apiKeyFile: path }, {}, '/none').apiKey?.reveal(), TEST_KEY, JSON.stringify(text))
  }
  writeFileSync(path, `${TEST_KEY}\n${OTHER_KEY}\n`)
  t.throws(() => resolveConfig({ apiKeyFile: path }, {}, '/none'), {
    code: 'E_CONFIG',
    message: /line breaks/,
  })
  t.throws(() => resolveConfig({ apiKeyFile: `${path}x` }, {}, '/none'), {
    code: 'E_CONFIG',
    message: /ENOENT/,
  })
  t.throws(() => resolveConfig({ apiKeyFile: path, apiKey: 'x' }, {}, '/none'), { code: 'E_USAGE' })
})

t.test('a variable that is not UTF-8 is refused, as another database would be asked', async (t) => {
  t.throws(() => resolveConfig({}, { TD_DATABASE: 'sales\ufffd' }, '/none'), {
    code: 'E_CONFIG',
    message: 'the variable TD_DATABASE is not UTF-8',
  })
})

t.test('a key in quotes is refused, as an environment file may have put them there', async (t) => {
  for (const quoted of [`"${TEST_KEY}"`, `'${TEST_KEY}'`, `\u201c${TEST_KEY}\u201d`])
    t.throws(() => resolveConfig({}, { TD_API_KEY: quoted }, '/none'), {
      code: 'E_CONFIG',
      message: 'the API key from TD_API_KEY stands in quotes',
      hint: /leave the quotes out/,
    })
})

t.test('G3: a key that cannot stand in a header is refused and not shown', async (t) => {
  for (const key of [
    `${TEST_KEY}\r\nx: y`,
    `${TEST_KEY}\n`,
    ` ${TEST_KEY}`,
    `${TEST_KEY} `,
    `${TEST_KEY}é`,
    'a b',
    '',
  ]) {
    const error = (() => {
      try {
        return resolveConfig({ apiKey: key }, {}, '/none')
      } catch (thrown) {
        return thrown
      }
    })()
    t.match(error, { code: 'E_CONFIG', exitCode: 2 }, JSON.stringify(key))
    t.notMatch(inspect(error, { showHidden: true, depth: null }), TEST_KEY.slice(2))
  }
})

t.test('G4: endpoints', async (t) => {
  const endpoint = (text: string) => resolveConfig({ endpoint: text }, {}, '/none').endpoint
  for (const [text, expected] of [
    ['https://api.treasuredata.com', 'https://api.treasuredata.com'],
    ['https://api.treasuredata.com///', 'https://api.treasuredata.com'],
    ['api.eu01.treasuredata.com', 'https://api.eu01.treasuredata.com'],
    ['api.example.com:8443/td/', 'https://api.example.com:8443/td'],
    ['http://127.0.0.1:4567/', 'http://127.0.0.1:4567'],
    ['http://localhost:1', 'http://localhost:1'],
    ['http://[::1]:1', 'http://[::1]:1'],
    ['https://10.0.0.1', 'https://10.0.0.1'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['HTTPS://API.TreasureData.com', 'https://api.treasuredata.com'],
  ] as const) {
    t.equal(endpoint(text), expected)
  }
  for (const text of [
    'http://api.treasuredata.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'https://me:secret@api.treasuredata.com',
    'https://me@api.treasuredata.com',
    'ftp://api.treasuredata.com',
    'file:///etc/passwd',
    'https://api.treasuredata.com/?x=1',
    'https://api.treasuredata.com/#x',
    'https://',
    'not a host',
    '',
  ]) {
    t.throws(() => endpoint(text), { code: 'E_CONFIG', exitCode: 2 }, text)
  }
})

t.test('numbers are checked, and contradictions refused', async (t) => {
  const home = homeOf(t)
  for (const options of [
    { retries: -1 },
    { retries: 1.5 },
    { retryDelay: Number.NaN },
    { idleTimeout: 0 },
    { connectTimeout: Number.POSITIVE_INFINITY },
    { endpoint: 'a', site: 'us01' },
    { userAgentSuffix: 'a\r\nb: c' },
  ] as ConfigOptions[]) {
    t.throws(() => resolveConfig(options, {}, home), { code: 'E_USAGE' }, JSON.stringify(options))
  }
  t.match(resolveConfig({}, {}, home), {
    retries: 7,
    retryDelayMs: 500,
    connectTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
  })
})

t.test('a CA file must hold a certificate', async (t) => {
  const dir = t.testdir({ ca: TEST_CA, junk: 'x' })
  t.equal(resolveConfig({ caFile: join(dir, 'ca') }, {}, dir).ca, TEST_CA)
  t.throws(() => resolveConfig({ caFile: join(dir, 'junk') }, {}, dir), { code: 'E_CONFIG' })
  t.throws(() => resolveConfig({ caFile: join(dir, 'none') }, {}, dir), { code: 'E_CONFIG' })
})

t.test('G2: a configuration shows neither key nor proxy password', async (t) => {
  const env = { TD_API_KEY: TEST_KEY, HTTPS_PROXY: 'http://me:hunter22@proxy:3128' }
  const config = resolveConfig({}, env, homeOf(t))
  const shown = [
    inspect(config, { showHidden: true, depth: null }),
    JSON.stringify(config),
    `${config.apiKey}`,
  ].join()
  t.notMatch(shown, TEST_KEY.slice(2))
  t.notMatch(shown, 'hunter22')
  for (const proxy of ['socks5://me:hunter22@proxy', 'http://me:hunter22%@proxy', '::']) {
    t.throws(() => resolveConfig({}, { https_proxy: proxy }, '/none'), {
      code: 'E_CONFIG',
      message: /^[^2]*$/,
    })
  }
})

t.test('a client can be made from options alone', async (t) => {
  const client = new Client(resolveConfig({ apiKey: TEST_KEY, endpoint: 'http://127.0.0.1:1' }))
  t.equal(client.endpoint, 'http://127.0.0.1:1')
  await client.close()
})

t.test(
  'G18: an endpoint that every user can change is refused',
  { skip: process.platform === 'win32' },
  async (t) => {
    const endpoint = 'endpoint = api.eu01.treasuredata.com\n'
    const home = homeOf(t, `[account]\napikey = ${TEST_KEY}\n${endpoint}`)
    const file = join(home, '.td', 'td.conf')
    for (const [mode, isRefused] of [
      [0o600, false],
      [0o644, false],
      [0o664, false],
      [0o646, true],
      [0o666, true],
      [0o602, true],
    ] as const) {
      chmodSync(file, mode)
      for (const env of [{}, { TD_API_KEY: OTHER_KEY }]) {
        if (isRefused) {
          const expected = { code: 'E_CONFIG', message: /every user/, hint: /chmod go-w/ }
          t.throws(() => resolveConfig({}, env, home), expected, mode.toString(8))
          t.throws(
            () => resolveConfig({ configFile: file }, env, '/nonexistent'),
            expected,
            'a named one, too',
          )
        } else t.doesNotThrow(() => resolveConfig({}, env, home), mode.toString(8))
      }
      t.equal(
        resolveConfig({ site: 'us01' }, {}, home).endpoint,
        'https://api.treasuredata.com',
        'of no effect',
      )
    }
    writeFileSync(file, `[account]\napikey = ${TEST_KEY}\n`)
    t.equal(resolveConfig({}, {}, home).origins.endpoint, 'default')
  },
)
