// Starts sshd, the server of OpenSSH, on loopback, with keys and a folder of its own: from what is installed, or from Debian's packages,
// unpacked into a folder and not installed.
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { libraryEnvironment, rootOfPackages } from './debian.mjs'
import { comesUp, freePort } from './loopback.mjs'

/** Packages are kept here from one run to the next: about 1 MB. */
const CACHE = join(tmpdir(), 'td-sluice-sshd')

/** How long the server may take to answer, in milliseconds. */
const PATIENCE_MS = 30_000

/** A server of root needs what an installation has; one of another user lets only that user in. */
const NOBODY = { uid: 65_534, gid: 65_534, name: 'nobody' }

/** Resolves with where the server is and how to stop it, or with the reason why it cannot be had. */
export async function startSshd() {
  if (process.platform !== 'linux') return { reason: 'sshd is started on Linux only' }
  const root = rootOfPackages(['openssh-server', 'libwrap0'], ['/usr/sbin/sshd'], CACHE)
  if (root === undefined)
    return {
      reason: 'sshd is not installed, and its Debian packages cannot be had: apt-get install openssh-server',
    }
  const folder = mkdtempSync(join(tmpdir(), 'td-sluice-sftp-'))
  let child
  const stop = async () => {
    child?.kill('SIGKILL')
    await child?.ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { username, uid } = userInfo()
    const user = uid === 0 ? NOBODY : { name: username }
    const port = await freePort()
    const config = writeFiles(folder, port, user)
    const log = openSync(join(folder, 'sshd.out'), 'w')
    child = spawn(`${root}/usr/sbin/sshd`, ['-D', '-e', '-f', config], {
      env: { ...process.env, ...libraryEnvironment(root) },
      stdio: ['ignore', log, log],
      ...(uid === 0 && { uid: NOBODY.uid, gid: NOBODY.gid }),
    })
    child.ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
    if (!(await comesUp(() => greets(port), { children: [child], patienceMs: PATIENCE_MS })))
      throw new Error(
        readFileSync(join(folder, 'sshd.out'), 'utf8').trim().split('\n').at(-1) || 'it does not answer',
      )
    return { port, user: user.name, folder, stop }
  } catch (error) {
    await stop()
    return { reason: `sshd does not start: ${error.message}` }
  }
}

function writeFiles(folder, port, user) {
  chmodSync(folder, 0o755)
  for (const [name, type] of [
    ['host', 'ed25519'],
    ['host-rsa', 'rsa'],
    ['key', 'ed25519'],
    ['locked', 'ed25519'],
  ]) {
    const passphrase = name === 'locked' ? 'opens it' : ''
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', join(folder, name)])
  }
  const keys = ['key', 'locked'].map((name) => readFileSync(join(folder, `${name}.pub`), 'utf8'))
  writeFileSync(join(folder, 'authorized_keys'), keys.join(''))
  // Only the second kind of key is known, which the client has to ask for.
  const hostKey = readFileSync(join(folder, 'host-rsa.pub'), 'utf8')
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}`)
  const files = join(folder, 'files')
  mkdirSync(files)
  for (const name of ['host', 'host-rsa']) copyFileSync(join(folder, name), join(folder, `${name}.own`))
  for (const name of ['host.own', 'host-rsa.own', 'authorized_keys', 'files'])
    if (user.uid !== undefined) chownSync(join(folder, name), user.uid, user.gid)
  const config = join(folder, 'sshd_config')
  writeFileSync(
    config,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host.own
HostKey ${folder}/host-rsa.own
AuthorizedKeysFile ${folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM yes
StrictModes no
PidFile none
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
`,
  )
  return config
}

/** Whether something at the port says who it is, as sshd does at once. */
function greets(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket
      .once('data', () => resolve(true))
      .once('error', () => resolve(false))
      .once('close', () => resolve(false))
    socket.once('data', () => socket.destroy())
  })
}
