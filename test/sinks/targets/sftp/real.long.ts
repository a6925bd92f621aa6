/**
 * What a target needs of an SFTP server, against that of OpenSSH: `npm run test:stores` starts one on loopback and says where it is.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import type { NoticeEvent } from '../../../../src/model/progress.js'
import { targetOf } from '../../../../src/sinks/targets/index.js'
import { ended, patternOf, start, writerCommand } from '../../../support/files/child.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { MIB, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

const { SFTP_PORT: port, SFTP_USER: user = '', SFTP_FOLDER: root = '' } = process.env

t.setTimeout(3_600_000)

if (port === undefined) {
  t.plan(0, 'SFTP_PORT is not set: npm run test:stores starts a server and sets it')
} else {
  const files = join(root, 'files')
  const at = (path: string) => join(files, path)
  const object = (path: string) => targetOf(`sftp://${user}@127.0.0.1:${port}${at(path)}`)
  const environment = {
    HOME: root,
    TD_SLUICE_SFTP_KEY: join(root, 'key'),
    TD_SLUICE_SFTP_KNOWN_HOSTS: join(root, 'known_hosts'),
  }
  const reset = () => {
    for (const name of ['TD_SLUICE_SFTP_PASSPHRASE', 'SSH_AUTH_SOCK']) delete process.env[name]
    Object.assign(process.env, environment)
  }
  t.beforeEach(reset)
  reset()

  t.test('small, empty and large files hold what was written', async (t) => {
    for (const length of [0, 1, 1000, 5 * MIB + 1, 20 * MIB + 17]) {
      const bytes = someBytes(length)
      const target = object('å&?#.csv')
      await target.prepare()
      await writeWhole(target, bytes, { jobId: '1' })
      t.ok(readFileSync(at('å&?#.csv')).equals(bytes), String(length))
      t.equal(await target.size!(), length)
    }
    t.strictSame(readdirSync(files), ['å&?#.csv'])
    rmSync(at('å&?#.csv'))
  })

  t.test('an old file stays until commit, is replaced at once, and keeps its mode', async (t) => {
    await writeWhole(object('old'), Buffer.from('old'))
    chmodSync(at('old'), 0o604)
    const notices: Omit<NoticeEvent, 'type'>[] = []
    const output = await writeTo(object('old'), someBytes(MIB), { notice: (notice) => notices.push(notice) })
    t.equal(readFileSync(at('old'), 'utf8'), 'old')
    await output.commit()
    t.equal(statSync(at('old')).size, MIB)
    t.equal(statSync(at('old')).mode & 0o777, 0o604)
    t.strictSame(notices, [])
    const discarded = await writeTo(object('old'), someBytes(3))
    await discarded.discard()
    t.strictSame(readdirSync(files), ['old'])
    rmSync(at('old'))
  })

  t.test('no-clobber keeps what is there', async (t) => {
    const late = await writeTo(object('kept'), someBytes(MIB), { clobber: false })
    await writeWhole(object('kept'), Buffer.from('first'), { clobber: false })
    await t.rejects(late.commit(), { code: 'E_EXISTS' })
    await t.rejects(object('kept').prepare({ clobber: false }), { code: 'E_EXISTS' })
    t.equal(readFileSync(at('kept'), 'utf8'), 'first')
    t.strictSame(readdirSync(files), ['kept'])
    rmSync(at('kept'))
  })

  t.test('a key with a passphrase, the agent, and what is wrong', async (t) => {
    process.env.TD_SLUICE_SFTP_KEY = join(root, 'locked')
    await t.rejects(object('x').prepare(), { code: 'E_CONFIG', message: /locked cannot be used/ })
    process.env.TD_SLUICE_SFTP_PASSPHRASE = 'opens it'
    await object('x').prepare()
    delete process.env.TD_SLUICE_SFTP_KEY
    const socket = join(root, 'agent')
    const agent = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' })
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)![1])
    try {
      process.env.SSH_AUTH_SOCK = socket
      await t.rejects(object('x').prepare(), { code: 'E_AUTH', message: /ssh-agent/ })
      execFileSync('ssh-add', ['-q', join(root, 'key')], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
      await sleep(10)
      process.env.TD_SLUICE_SFTP_PASSPHRASE = 'another connection'
      await object('x').prepare()
    } finally {
      process.kill(pid)
    }
    reset()
    await t.rejects(object('none/x').prepare(), { code: 'E_IO', message: /there is no folder/ })
    mkdirSync(at('closed'), { mode: 0o555 })
    await t.rejects(object('closed/x').prepare(), { code: 'E_FORBIDDEN' })
    rmSync(at('closed'), { recursive: true })
    t.strictSame(readdirSync(files), [])
  })

  t.test('partitions become files together', async (t) => {
    const rows = Array.from({ length: 300 }, (_, i) => [i % 30, `text ${i}`])
    const schema = [
      ['n', 'bigint'],
      ['text', 'varchar'],
    ] as const
    const result = resultOf(schema, rows)
    const folder = object('by-n')
    const written = await pipeline(
      result,
      partitionBy(['n'], (path) => csv(`${path}.csv`), { folder }),
    )
    t.equal(written.files!.length, 30)
    t.equal(readFileSync(at('by-n/n=7/part-0.csv'), 'utf8').split('\n').length, 12)
    rmSync(at('by-n'), { recursive: true })
  })

  t.test('a full disk is told, and nothing stays', async (t) => {
    mkdirSync(at('full'))
    const isMounted =
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', at('full')]).status === 0
    if (!isMounted) return t.comment('nothing can be mounted here')
    try {
      await t.rejects(writeWhole(object('full/x'), someBytes(3 * MIB)), { code: 'E_NO_SPACE' })
      t.strictSame(readdirSync(at('full')), [])
    } finally {
      execFileSync('umount', [at('full')])
      rmSync(at('full'), { recursive: true })
    }
  })

  t.test(
    'runs that are killed leave the old file or the new one, and no part that the next one leaves',
    async (t) => {
      const task = { destination: object('killed').location!, chunks: 16, chunkBytes: MIB, pauseMs: 20 }
      const env = { PATH: process.env.PATH, ...environment }
      const begin = performance.now()
      const whole = await ended(start(writerCommand(task), { env }))
      t.equal(whole.exit, 0, whole.stderr)
      const usualMs = performance.now() - begin
      const expected = patternOf(task)
      const stranger = '.killed.local.1-1-0-00000000.0123456789abcdef.part'
      writeFileSync(at(stranger), '')
      let [kills, left] = [0, 0]
      for (let i = 0; i < Number(process.env.KILLS ?? 20); i++) {
        await writeWhole(object('killed'), Buffer.from('old'))
        const child = start(writerCommand(task), { env })
        const end = ended(child)
        await sleep(Math.random() * usualMs)
        child.kill('SIGKILL')
        if ((await end).exit === 'SIGKILL') kills++
        const found = readFileSync(at('killed'))
        t.ok(found.toString() === 'old' || found.equals(expected), `kill ${i}`)
        left += readdirSync(files).length - 2
        await writeWhole(object('killed'), Buffer.from('next'))
        t.strictSame(
          readdirSync(files),
          [stranger, 'killed'],
          `only the stranger's part stays after kill ${i}`,
        )
      }
      t.comment(`${kills} kills, which left ${left} parts`)
    },
  )
}
