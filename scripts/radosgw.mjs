// Starts radosgw, the S3 store of Ceph, on loopback: one monitor, one storage daemon in memory, one gateway. From what is installed,
// or from Debian's packages, unpacked into a folder and not installed.
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { libraryEnvironment, rootOfPackages } from './debian.mjs'
import { answersHttp, comesUp, freePort } from './loopback.mjs'

const PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-mgr', 'ceph-common']
const KEYS = { key: 'TESTKEY', secret: 'TESTSECRET' }

/** Packages are kept here from one run to the next: about 75 MB, and 350 unpacked. */
const CACHE = join(tmpdir(), 'td-sluice-ceph')

/** How long a daemon may take to answer, in milliseconds. */
const PATIENCE_MS = 300_000

/** Resolves with where the store is and how to stop it, or with the reason why it cannot be had. */
export async function startRadosgw() {
  if (process.platform !== 'linux') return { reason: 'radosgw is for Linux' }
  const root = rootOfPackages(PACKAGES, ['/usr/bin/radosgw', '/usr/bin/ceph-osd'], CACHE)
  if (root === undefined)
    return {
      reason: 'radosgw is not installed, and its Debian packages cannot be had: apt-get install radosgw',
    }
  const folder = mkdtempSync(join(tmpdir(), 'td-sluice-radosgw-'))
  const daemons = []
  const stop = async () => {
    for (const daemon of daemons) daemon.kill('SIGKILL')
    await Promise.all(daemons.map(({ ended }) => ended))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return { ...(await start(root, folder, daemons)), stop }
  } catch (error) {
    await stop()
    return { reason: `radosgw does not start: ${error.message}` }
  }
}

async function start(root, folder, daemons) {
  const env = {
    ...process.env,
    ...libraryEnvironment(root),
    ...(root !== '' && { PYTHONPATH: `${root}/usr/lib/python3/dist-packages` }),
  }
  const [monitor, gateway] = [await freePort(), await freePort()]
  const fsid = randomUUID()
  const config = join(folder, 'ceph.conf')
  for (const name of ['mon', 'osd']) mkdirSync(join(folder, name))
  writeFileSync(config, configText({ root, folder, fsid, monitor, gateway }))
  const bin = (name) => `${root}/usr/bin/${name}`
  const run = (name, ...args) => execFileSync(bin(name), args, { env, stdio: 'pipe', timeout: PATIENCE_MS })
  const ceph = (...args) =>
    execFileSync('/usr/bin/python3', [bin('ceph'), '-c', config, ...args], {
      env,
      stdio: 'pipe',
      timeout: PATIENCE_MS,
    })
  const daemon = (name, ...args) => {
    const log = openSync(join(folder, `${name}.out`), 'w')
    const child = spawn(bin(name), ['-c', config, ...args, '-f'], { env, stdio: ['ignore', log, log] })
    child.ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
    daemons.push(child)
  }
  const map = join(folder, 'monmap')
  run('monmaptool', '--create', '--addv', 'a', `[v1:127.0.0.1:${monitor}]`, '--fsid', fsid, map, '--clobber')
  run('ceph-mon', '-c', config, '-i', 'a', '--mkfs', '--monmap', map)
  daemon('ceph-mon', '-i', 'a')
  const osd = randomUUID()
  ceph('osd', 'create', osd)
  run('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', osd)
  ceph('osd', 'crush', 'add', 'osd.0', '1.0', 'root=default')
  daemon('ceph-osd', '-i', '0')
  daemon('radosgw', '-n', 'client.rgw')
  const endpoint = `http://127.0.0.1:${gateway}`
  if (!(await comesUp(() => answersHttp(endpoint), { children: daemons, patienceMs: PATIENCE_MS })))
    throw new Error('a daemon has ended, or does not answer')
  const user = [
    '--uid=test',
    '--display-name=test',
    `--access-key=${KEYS.key}`,
    `--secret-key=${KEYS.secret}`,
  ]
  run('radosgw-admin', '-c', config, '-n', 'client.rgw', 'user', 'create', ...user)
  return { endpoint, ...KEYS }
}

function configText({ root, folder, fsid, monitor, gateway }) {
  const lib = `${root}/usr/lib/x86_64-linux-gnu`
  return `[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monitor}]
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
mon max pg per osd = 2000
mon allow pool size one = true
osd crush chooseleaf type = 0
run dir = ${folder}
pid file = ${folder}/$name.pid
admin socket = ${folder}/$name.$pid.asok
log file = ${folder}/$name.log
plugin dir = ${lib}
erasure code dir = ${lib}/ceph/erasure-code
osd class dir = ${lib}/rados-classes
osd erasure code plugins = jerasure
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv4 = true
[mon.a]
mon data = ${folder}/mon
public addr = v1:127.0.0.1:${monitor}
[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd class update on start = false
osd crush update on start = false
[client.rgw]
keyring = /dev/null
rgw frontends = beast endpoint=127.0.0.1:${gateway}
rgw dns name = localhost
rgw thread pool size = 32
`
}
