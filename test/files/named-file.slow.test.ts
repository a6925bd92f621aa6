import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { readNamedFile, readNamedFileSync } from '../../src/files/named-file.js'
import { runCli } from '../support/cli/run.js'

const WAYS = { 'at once': readNamedFileSync, 'with promises': readNamedFile }

for (const [way, read] of Object.entries(WAYS)) {
  t.test(`F43: a file, a FIFO and a device that were named are read to their end ${way}`, async (t) => {
    const dir = t.testdir({ file: 'text', empty: '', link: t.fixture('symlink', 'file') })
    t.equal(String(await read(join(dir, 'file'))), 'text')
    t.equal(String(await read(join(dir, 'link'))), 'text')
    t.equal(String(await read(join(dir, 'empty'))), '')
    t.equal(String(await read('/dev/null')), '')
    const fifo = join(dir, 'fifo')
    execFileSync('mkfifo', [fifo])
    // The writer comes later, and pauses.
    const line = 'sleep 0.3; { printf a; sleep 0.3; head -c 200000 /dev/zero; printf z; } > "$0"'
    const writer = spawn('sh', ['-c', line, fifo])
    const bytes = await read(fifo)
    t.match(
      { length: bytes.length, first: bytes[0], last: bytes.at(-1) },
      { length: 200_002, first: 97, last: 122 },
    )
    if (writer.exitCode === null) await new Promise((resolve) => writer.on('close', resolve))
  })

  t.test(`F43: bytes without end, a folder and what is not there are refused ${way}`, async (t) => {
    const dir = t.testdir({ folder: {} })
    const failing = async (path: string) => await read(path)
    await t.rejects(failing('/dev/zero'), { message: 'it has more than 64 MiB' })
    await t.rejects(failing(join(dir, 'folder')), { code: 'EISDIR' })
    await t.rejects(failing(join(dir, 'none')), { code: 'ENOENT' })
  })
}

t.test('F43: no option that names a file waits for ever for a FIFO that nobody writes to', async (t) => {
  const cwd = t.testdir({ rows: Buffer.from([0x91, 1]) })
  execFileSync('mkfifo', [join(cwd, 'fifo')])
  const env = { TD_API_SERVER: 'http://127.0.0.1:9', TD_API_KEY: 'k', TD_CONFIG_PATH: '/dev/null' }
  const commands = [
    ['show', '1', '--api-key-file', 'fifo'],
    ['show', '1', '--ca-file', 'fifo'],
    ['query', '-d', 'd', '-q', 'fifo'],
    ['run', 'fifo'],
    ['convert', 'rows', '-o', 'out.csv', '--schema', '@fifo'],
  ]
  const results = await Promise.all(commands.map((command) => runCli(command, { cwd, env })))
  for (const [i, { exit, stderr }] of results.entries()) {
    t.ok([2, 14].includes(Number(exit)), `${commands[i]}: ${exit}`)
    t.match(stderr, /nobody has written to it for 10 s/)
  }
})
