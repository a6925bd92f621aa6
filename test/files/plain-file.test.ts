import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readPlainFile } from '../../src/files/plain-file.js'

t.test('the text of a file is read, and what is not there is absent', async (t) => {
  const folder = t.testdir({
    a: 'text',
    link: t.fixture('symlink', 'a'),
    dangling: t.fixture('symlink', 'b'),
  })
  t.strictSame(await readPlainFile(join(folder, 'a')), { text: 'text' })
  t.strictSame(await readPlainFile(join(folder, 'link')), { text: 'text' })
  for (const name of ['b', 'a/b', 'dangling', 'x'.repeat(300)])
    t.equal(await readPlainFile(join(folder, name)), 'absent', name)
})

t.test('a FIFO that nobody writes to, a folder, a device and a socket are no files', async (t) => {
  // The path of a socket has 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), 'plain-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'folder'))
  symlinkSync('/dev/zero', join(folder, 'zero'))
  execFileSync('mkfifo', [join(folder, 'fifo')])
  const server = createServer().listen(join(folder, 'socket'))
  t.teardown(() => server.close())
  await new Promise((resolve) => server.on('listening', resolve))
  for (const name of ['fifo', 'folder', 'zero', 'socket'])
    t.equal(await readPlainFile(join(folder, name)), 'no file', name)
})
