import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import t from 'tap'
import { runKeyCommand } from '../../../src/client/config/key-command.js'
import { Client, resolveConfig } from '../../../src/client/index.js'
import { connect, query, rows } from '../../../src/index.js'
import { reply, startServer } from '../../support/client/server.js'

const KEY = `1/${'a'.repeat(40)}`

/** Runs a command once; each test has commands of its own, as an answer is used again. */
function run(command: string, folder: string, limitMs?: number, env = {}) {
  return runKeyCommand(
    { command, origin: 'TD_API_KEY_COMMAND', folder, env: { PATH: process.env.PATH, ...env } },
    undefined,
    limitMs,
  )
}

t.test(
  'the answer is what the shell prints, trimmed, in the folder of the command and without stdin',
  async (t) => {
    const folder = t.testdir({ key: `\n ${KEY}\r\n\n` })
    t.equal(await run('cat key', folder), KEY)
    t.equal(await run(`cat; echo '${KEY}' | cat`, folder), KEY)
    t.equal(
      await run(
        'echo "$TD_API_KEY$TREASURE_DATA_API_KEY$TDX_API_KEY_A$TD_SLUICE_MASK_KEY$OTHER"',
        folder,
        undefined,
        {
          TD_API_KEY: 'x',
          TD_SLUICE_MASK_KEY: 'm',
          TREASURE_DATA_API_KEY: 'y',
          TDX_API_KEY_A: 'z',
          OTHER: 'o',
        },
      ),
      'o',
    )
  },
)

t.test('one answer is used again, and a failure is not', async (t) => {
  const folder = t.testdir({})
  const command = `echo x >> runs; test $(wc -l < runs) -gt 1 && echo ${KEY}`
  await t.rejects(run(command, folder), { code: 'E_CONFIG' })
  t.equal(await run(command, folder), KEY)
  t.equal(await run(command, folder), KEY)
  t.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'x\nx\n')
})

t.test('G21: a failure tells what the command said, and neither its answer nor the command', async (t) => {
  const folder = t.testdir({})
  const failure = async (command: string, limitMs?: number) => {
    try {
      await run(command, folder, limitMs)
    } catch (error) {
      return error as Error & { code: string; exitCode: number; hint: string }
    }
    throw new Error('it did not fail')
  }
  const failed = await failure(`echo ${KEY}; printf 'no store\\n\\033[31m%s' ${KEY} >&2; exit 3 # s3cret`)
  t.match(failed, {
    code: 'E_CONFIG',
    exitCode: 2,
    message:
      'the command for the API key (TD_API_KEY_COMMAND) failed with exit code 3: no store \\x1b[31m[hidden]',
  })
  t.notMatch(inspect(failed), /s3cret|aaaaaaaa/)
  t.match((await failure('true')).message, /printed nothing$/)
  t.match((await failure('printf "\\n \\n"')).message, /printed nothing$/)
  t.match((await failure('no-such-command-here')).message, /failed with exit code 127: .*not found/)
  t.match((await failure('kill -9 $$')).message, /was ended by SIGKILL/)
  t.match((await failure('sleep 60; echo x', 100)).message, /took longer than 0\.1 s and was stopped/)
  t.match((await failure(`head -c 3000000 /dev/zero`)).message, /printed more than 65536 bytes/)
  const nowhere = runKeyCommand({ command: 'echo x', origin: 'o', folder: join(folder, 'none'), env: {} })
  await t.rejects(nowhere, { code: 'E_CONFIG', message: /could not be run/ })
})

const noSetsid = spawnSync('setsid', ['true']).status !== 0 && 'there is no setsid'

t.test(
  'G21: a command that leaves a daemon on its output has answered when it ends',
  { skip: noSetsid },
  async (t) => {
    const folder = t.testdir({})
    const daemon = 'setsid sleep 300 & echo $! >> daemons'
    // One that is waited for too long fails, at its limit of a minute.
    t.equal(await run(`${daemon}; echo ${KEY}`, folder), KEY)
    await t.rejects(run(`${daemon}; echo no agent >&2; exit 4`, folder), {
      message: /exit code 4: no agent$/,
    })
    for (const pid of readFileSync(join(folder, 'daemons'), 'utf8').trim().split('\n'))
      process.kill(Number(pid))
  },
)

t.test(
  'G21: those who ask at once share one answer, and a command that nobody waits for is stopped',
  async (t) => {
    const folder = t.testdir({})
    const command = {
      command: `echo $$ >> runs; exec sleep 300`,
      origin: 'o',
      folder,
      env: { PATH: process.env.PATH },
    }
    const stops = [new AbortController(), new AbortController()]
    // Its own limit would end it as well.
    const asking = stops.map(({ signal }) => runKeyCommand(command, signal, 3_600_000))
    const failures = Promise.allSettled(asking)
    while (!existsSync(join(folder, 'runs')) || readFileSync(join(folder, 'runs'), 'utf8') === '')
      await delay(20)
    const [pid, ...more] = readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n')
    t.strictSame(more, [])
    stops[0]!.abort()
    await t.rejects(asking[0]!, { code: 'E_INTERRUPTED' })
    t.doesNotThrow(() => process.kill(Number(pid), 0), 'the other one still waits')
    stops[1]!.abort()
    await failures
    const isAlive = () => {
      try {
        return process.kill(Number(pid), 0)
      } catch {
        return false
      }
    }
    while (isAlive()) await delay(20)
    t.pass()
  },
)

t.test('G21: an answer that is no key is refused before any request, and not shown', async (t) => {
  const server = await startServer(t)
  const client = (command: string) =>
    new Client(
      resolveConfig({ apiKeyCommand: command, endpoint: server.url }, { PATH: process.env.PATH }, ''),
    )
  for (const command of ["printf 'secret-one\\nurl: x'", 'echo two words', 'exit 4']) {
    const error = await client(command)
      .jobs.show('1')
      .catch((failure) => failure)
    t.equal(error.code, 'E_CONFIG', command)
    t.notMatch(inspect(error), /secret-one|two words/)
  }
  t.throws(() => resolveConfig({ apiKeyCommand: ' ' }, {}, ''), { code: 'E_CONFIG' })
  t.throws(() => resolveConfig({ apiKeyCommand: 'x', apiKey: KEY }, {}, ''), {
    code: 'E_USAGE',
    message: /apiKey and apiKeyCommand exclude/,
  })
  t.equal(server.requests.length, 0)
})

t.test('the command runs when the key is needed, and not to look at a configuration', async (t) => {
  const folder = t.testdir({})
  const config = resolveConfig(
    {},
    { TD_API_KEY_COMMAND: `touch ${join(folder, 'ran')}; echo ${KEY}`, PATH: process.env.PATH },
    '',
  )
  t.equal(config.origins.apiKey, 'TD_API_KEY_COMMAND')
  t.equal(inspect(config.apiKey), '[hidden]')
  t.throws(() => readFileSync(join(folder, 'ran')))
  t.throws(() => config.apiKey!.reveal(), /not known yet/)
  t.equal(await config.apiKey!.obtain(), KEY)
  t.equal(config.apiKey!.reveal(), KEY)
  t.doesNotThrow(() => readFileSync(join(folder, 'ran')))
})

t.test('programs name a profile with connect, and its database is that of their queries', async (t) => {
  const server = await startServer(t)
  const xdg = t.testdir({})
  mkdirSync(join(xdg, 'td-sluice'))
  writeFileSync(
    join(xdg, 'td-sluice', 'config'),
    `[local]\nendpoint = ${server.url}\napi_key_command = echo ${KEY}\ndatabase = of_profile\n`,
    { mode: 0o600 },
  )
  const saved = { ...process.env }
  for (const name of Object.keys(process.env)) if (/^(TD|TREASURE_DATA)_/.test(name)) delete process.env[name]
  process.env.XDG_CONFIG_HOME = xdg
  t.teardown(() => {
    process.env = saved
  })
  server.always('POST job/issue/trino/of_profile', reply(404, { error: 'as the test wants it' }))
  for (const source of [
    connect({ profile: 'local' }).query('select 1'),
    query('select 1', { connection: { profile: 'local' } }),
  ])
    await t.rejects(async () => {
      for await (const _ of rows(source)) t.fail('no row')
    })
  t.ok(server.requests.every(({ path }) => path.includes('of_profile')))
  t.ok(server.requests.length >= 2)
})
