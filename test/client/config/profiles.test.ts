import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { type ConfigOptions, resolveAccount, resolveConfig } from '../../../src/client/index.js'

/** A key of its own for each place that one can come from. */
const key = (digit: string) => `1/${digit.repeat(40)}`
const jp = 'https://api.treasuredata.co.jp'
const eu = 'https://api.eu01.treasuredata.com'

/** A home folder with files, by their paths in it; each is for its owner alone. */
function homeWith(t: Test, files: Readonly<Record<string, string | Uint8Array>>): string {
  const home = t.testdir({})
  for (const [name, text] of Object.entries(files)) {
    const path = join(home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode: 0o600 })
  }
  return home
}

const OWN = '.config/td-sluice/config'
const TDX = '.config/tdx/tdx.json'

t.test(
  'each value comes from the first that has it: option, environment, manifest, profile, head, td.conf',
  async (t) => {
    const own = [
      `site = ap03\napi_key = ${key('3')}\ndatabase = of_head\nretries = 3\n`,
      `[prod]\nsite = ap02\napi_key = ${key('2')}\ndatabase = of_profile\nretries = 2\n`,
    ]
    const conf = `[account]\nendpoint = ${eu}\napikey = ${key('4')}\n`
    const home = homeWith(t, { [OWN]: own.join('\n'), '.td/td.conf': conf })
    const path = join(home, OWN)
    const environment = { TD_SITE: 'us01', TD_API_KEY: key('1'), TD_DATABASE: 'of_env' }
    const options: ConfigOptions = { site: 'jp01', apiKey: key('0'), database: 'of_option', retries: 0 }
    const table = [
      {
        options,
        env: environment,
        from: 'option',
        site: 'co.jp',
        digit: '0',
        database: 'of_option',
        retries: 0,
      },
      {
        options: {},
        env: environment,
        from: 'TD_API_KEY',
        site: 'api.treasuredata.com',
        digit: '1',
        database: 'of_env',
        retries: 2,
      },
      {
        options: {},
        env: {},
        from: `profile prod of ${path}`,
        site: 'ap02',
        digit: '2',
        database: 'of_profile',
        retries: 2,
      },
    ]
    for (const { options, env, from, site, digit, database, retries } of table) {
      const found = resolveConfig({ ...options, profile: 'prod' }, env, home)
      t.equal(found.origins.apiKey, from)
      t.match(found.endpoint, site)
      t.equal(await found.apiKey!.obtain(), key(digit))
      t.match(found, { database, retries })
    }
    const head = resolveConfig({}, {}, home)
    t.equal(await head.apiKey!.obtain(), key('3'))
    t.match(head, {
      database: 'of_head',
      retries: 3,
      profile: undefined,
      origins: { apiKey: path, retries: path },
    })

    const manifest = {
      file: 'exports.yaml',
      folder: home,
      profile: 'prod',
      apiKeyCommand: `echo ${key('5')}`,
    }
    const ofManifest = resolveAccount({}, manifest, {}, home)
    t.equal(await ofManifest.apiKey!.obtain(), key('5'))
    t.match(ofManifest, {
      database: 'of_profile',
      origins: { apiKey: 'api_key_command of exports.yaml', profile: 'exports.yaml' },
    })
    t.equal(
      await resolveAccount({}, manifest, environment, home).apiKey!.obtain(),
      key('1'),
      'the environment comes first',
    )

    const tdConf = resolveConfig({}, {}, homeWith(t, { [OWN]: own[1]!, '.td/td.conf': conf }))
    t.equal(await tdConf.apiKey!.obtain(), key('4'))
    t.match(tdConf, { endpoint: eu, retries: 7, origins: { retries: 'default' } })
  },
)

t.test('the profile is that of the option, of TD_PROFILE, of the manifest, or of the file', async (t) => {
  const text = ['a', 'b', 'c', 'd'].map((name) => `[${name}]\ndatabase = of_${name}\n`).join('')
  const home = homeWith(t, { [OWN]: `profile = d\n${text}` })
  const manifest = { file: 'exports.yaml', folder: home, profile: 'c', apiKeyCommand: undefined }
  t.equal(resolveAccount({ profile: 'a' }, manifest, { TD_PROFILE: 'b' }, home).database, 'of_a')
  t.equal(resolveAccount({}, manifest, { TD_PROFILE: 'b' }, home).database, 'of_b')
  t.equal(resolveAccount({}, manifest, {}, home).database, 'of_c')
  t.match(resolveConfig({}, { TD_PROFILE: '' }, home), { database: 'of_d', profile: 'd' })
})

t.test(
  'the file lies in XDG_CONFIG_HOME where that is an absolute path, and nobody needs a home folder',
  async (t) => {
    const home = homeWith(t, { [OWN]: '[a]\nsite = jp01\n', 'xdg/td-sluice/config': '[a]\nsite = eu01\n' })
    const env = { XDG_CONFIG_HOME: join(home, 'xdg') }
    t.equal(resolveConfig({ profile: 'a' }, env, home).endpoint, eu)
    t.equal(resolveConfig({ profile: 'a' }, env, '').endpoint, eu, 'without a home folder')
    t.equal(resolveConfig({ profile: 'a' }, { XDG_CONFIG_HOME: 'xdg' }, home).endpoint, jp)
    t.throws(() => resolveConfig({ profile: 'a' }, {}, ''), { code: 'E_CONFIG', hint: /no home folder/ })
    t.equal(resolveConfig({}, {}, '').profile, undefined)
    t.throws(() => resolveConfig({ profile: 'a' }, {}, '/dev/null'), { code: 'E_CONFIG' })
  },
)

t.test('an unknown profile is told with those that there are', async (t) => {
  const home = homeWith(t, { [OWN]: '[production]\n[staging]\n', [TDX]: '{"profiles":{"dev":{}}}' })
  t.throws(() => resolveConfig({ profile: 'prodution' }, {}, home), {
    code: 'E_CONFIG',
    exitCode: 2,
    message: 'there is no profile "prodution"; did you mean production?',
    hint: 'the profiles are production, staging, dev',
  })
  t.throws(() => resolveConfig({}, { TD_PROFILE: 'x' }, home), { message: /"x" \(TD_PROFILE\)$/ })
  for (const name of ['../dev', 'a/b', '', '__proto__', 'toString'])
    t.throws(() => resolveConfig({ profile: name }, {}, home), { code: 'E_CONFIG' }, name)
  t.throws(() => resolveConfig({ profile: 'a' }, {}, homeWith(t, {})), {
    code: 'E_CONFIG',
    hint: /td-sluice\/config: \[a\] with lines/,
  })
})

t.test('what the file cannot mean is refused with its line', async (t) => {
  const problem = (text: string | Uint8Array, profile?: string) => {
    const home = homeWith(t, { [OWN]: text })
    try {
      resolveConfig({ profile }, {}, home).apiKey?.reveal()
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message.replace(join(home, OWN), 'FILE')}`
    }
    return 'fine'
  }
  t.equal(problem('[a]\nsyte = jp01\n'), 'E_CONFIG FILE:2: unknown key syte; did you mean site?')
  t.equal(problem('[a]\nprofile = b\n').split(';')[0], 'E_CONFIG FILE:2: unknown key profile')
  t.equal(problem('[a]\n\njunk\n'), 'E_CONFIG FILE:3: this is no line such as key = value')
  t.equal(problem('[a]\n[a]\n'), 'E_CONFIG FILE:2: there is another profile a')
  t.equal(problem('[]\n'), 'E_CONFIG FILE:1: a profile has a name')
  t.equal(problem('[a]\nsite = jp01\nsite = us01\n'), 'E_CONFIG FILE:3: site is there already')
  t.equal(problem('profile = a\nprofile = b\n[a]\n'), 'E_CONFIG FILE:2: profile is there already')
  t.equal(
    problem(Buffer.from('[a]\ndatabase = caf\xe9\n', 'latin1')),
    'E_CONFIG the configuration file FILE is not UTF-8: byte 18 is 0xe9',
  )
  t.match(
    problem('[a]\nsite = jp01\nendpoint = x.example.com\n', 'a'),
    /^E_CONFIG endpoint and site exclude each other/,
  )
  t.match(
    problem(`[a]\napi_key = ${key('1')}\napi_key_command = x\n`, 'a'),
    /^E_CONFIG api_key and api_key_command exclude/,
  )
  t.match(
    problem('[a]\nretries = many\n', 'a'),
    /^E_CONFIG retries must be a whole number, 0 or more \(profile a/,
  )
  t.match(problem('[a]\nidle_timeout = 0s\n', 'a'), /^E_CONFIG idle_timeout must be a duration/)
  t.match(problem('[a]\nsite = mars\n', 'a'), /^E_CONFIG there is no site "mars" \(profile a of FILE\)$/)
  t.match(problem('[a]\nsite = jp\n', 'a'), /^E_CONFIG there is no site "jp" .*; did you mean jp01\?$/)
  t.equal(problem('# one\n; two\n\ufeff\r\n[a]\r\nsite =\r\n', 'a'), 'fine')
  t.match(problem('[a]\nsite = mars\n'), 'fine', 'of a profile that nobody asks for')
})

t.test('its defaults are those of the connection, and quotes around a value are none of it', async (t) => {
  const text = `[a]\nretries = 2\nretry_delay = 2s\nconnect_timeout = 3s\nidle_timeout = 4s\nmin_rate = 5\napi_key_command = 'echo ${key('7')}'\n`
  const home = homeWith(t, { [OWN]: text })
  const config = resolveConfig({ profile: 'a', idleTimeout: '9s' }, {}, home)
  t.match(config, {
    retries: 2,
    retryDelayMs: 2000,
    connectTimeoutMs: 3000,
    idleTimeoutMs: 9000,
    minBytesPerSecond: 5,
  })
  t.match(config.origins, { idleTimeoutMs: 'option', retryDelayMs: /^profile a of / })
  t.equal(await config.apiKey!.obtain(), key('7'))
})

t.test('the file of a key is found from the folder of the profile, and from the home folder', async (t) => {
  const home = homeWith(t, {
    [OWN]: '[a]\napi_key_file = keys/a\n[b]\napi_key_file = ~/b\n',
    '.config/td-sluice/keys/a': key('1'),
    b: key('2'),
  })
  t.equal(await resolveConfig({ profile: 'a' }, {}, home).apiKey!.obtain(), key('1'))
  t.equal(await resolveConfig({ profile: 'b' }, {}, home).apiKey!.obtain(), key('2'))
  chmodSync(join(home, 'b'), 0o644)
  t.throws(() => resolveConfig({ profile: 'b' }, {}, home), {
    code: 'E_CONFIG',
    message: /open to other users/,
  })
})

t.test('G21: a file that others can change is refused, and one with a key that they can read', async (t) => {
  const home = homeWith(t, { [OWN]: `[a]\napi_key = ${key('1')}\n[b]\nsite = jp01\n` })
  chmodSync(join(home, OWN), 0o644)
  t.equal(resolveConfig({ profile: 'b' }, {}, home).endpoint, jp, 'no key is read')
  t.throws(() => resolveConfig({ profile: 'a' }, {}, home), { code: 'E_CONFIG', hint: /^run: chmod 600 / })
  chmodSync(join(home, OWN), 0o602)
  t.throws(() => resolveConfig({}, {}, home), { code: 'E_CONFIG', message: /can be changed by every user/ })
})

t.test('profiles of tdx have site, database and key', async (t) => {
  const json = {
    site: 'eu01',
    database: 'of_all',
    profiles: {
      'my-team': { site: 'jp01', database: 'team', llm_project: 'x' },
      bare: {},
      bad: { site: 'mars' },
    },
  }
  const home = homeWith(t, {
    [TDX]: JSON.stringify(json),
    '.config/tdx/.env': `# of all\nTDX_API_KEY=${key('1')}\n`,
    '.config/tdx/.env.bare': `export TD_API_KEY="${key('2')}"\n`,
    '.config/tdx/profiles/old/tdx.json': '{"site":"ap02"}',
    '.config/tdx/profiles/old/.env': `TD_API_KEY=${key('3')}`,
  })
  const account = (profile: string, env: Record<string, string> = {}) => {
    const { endpoint, database, apiKey, origins } = resolveConfig({ profile }, env, home)
    return [endpoint, database, apiKey?.reveal(), origins.apiKey?.replace(home, '~')]
  }
  t.same(account('my-team'), [jp, 'team', key('1'), '~/.config/tdx/.env'])
  t.same(account('my-team', { TDX_API_KEY: key('8'), TDX_API_KEY_MY_TEAM: key('9') }), [
    jp,
    'team',
    key('9'),
    'TDX_API_KEY_MY_TEAM',
  ])
  t.same(account('my-team', { TDX_API_KEY: key('8') }), [jp, 'team', key('8'), 'TDX_API_KEY'])
  t.same(account('bare'), [eu, 'of_all', key('2'), '~/.config/tdx/.env.bare'])
  t.same(account('old'), [
    'https://api.ap02.treasuredata.com',
    'of_all',
    key('3'),
    '~/.config/tdx/profiles/old/.env',
  ])
  t.same(account('default'), [eu, 'of_all', key('1'), '~/.config/tdx/.env'])
  t.same(
    account('my-team', { TD_API_KEY: key('0') }).slice(2),
    [key('0'), 'TD_API_KEY'],
    'the environment comes first',
  )
  t.throws(() => account('bad'), { code: 'E_CONFIG', message: /there is no site "mars" \(profile bad of / })
  t.equal(
    resolveConfig({}, {}, home).endpoint,
    'https://api.treasuredata.com',
    'who names no profile gets none of it',
  )
  chmodSync(join(home, '.config/tdx/.env.bare'), 0o644)
  t.throws(() => account('bare'), { code: 'E_CONFIG', message: /open to other users/ })
})

t.test('a profile of our own file hides that of tdx, whose file is then not read', async (t) => {
  const home = homeWith(t, { [OWN]: '[a]\nsite = jp01\n', [TDX]: 'no JSON' })
  t.equal(resolveConfig({ profile: 'a' }, {}, home).endpoint, jp)
  t.throws(() => resolveConfig({ profile: 'b' }, {}, home), {
    code: 'E_CONFIG',
    message: /tdx\.json is no JSON$/,
  })
})
