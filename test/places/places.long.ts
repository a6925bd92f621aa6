/**
 * The built command in places that do not offer everything: `npm run test:long places`. Needs a build. What a machine
 * lacks is skipped with a word: root, name spaces, strace, bindfs, exfatprogs and exfat-fuse, libfaketime.
 */
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { figures } from '../support/figures/figures.js'
import { noBindfs, noExfat, noMounts } from '../support/files/places.js'
import { noStrace } from '../support/files/strace.js'
import { noUnshare } from '../support/places/unshare.js'
import { type Place, Workshop } from '../support/places/workshop.js'

const noRoot = process.getuid?.() !== 0 && 'only root can be other users'
const workshop = await Workshop.open(t)
let [tried, skipped] = [0, 0]

/** An old output of another owner, in a folder that all may write to. */
function foreignOutput(dir: string): void {
  chmodSync(dir, 0o777)
  const path = join(dir, 'out.csv')
  writeFileSync(path, 'old')
  chmodSync(path, 0o666)
  chownSync(path, 1234, 1234)
}

const traced = (dir: string, fault: string) => {
  const folders = ['', 'stocks', 'days', 'spool'].flatMap((name) => ['-P', join(dir, name)])
  return ['strace', '-f', '-qq', '-o', '/dev/null', ...folders, '-e', `inject=${fault}`]
}

interface Case extends Place {
  readonly skip: string | false
  /** What stderr says, besides that all went well. */
  readonly says?: RegExp
}

const EXFAT = {
  noSpool: true,
  mount: (dir: string, real: string) =>
    `truncate -s 16M ${real}/image && mkfs.exfat ${real}/image >&2 && losetup --show -f ${real}/image > ${real}/loop && mount.exfat-fuse $(cat ${real}/loop) ${dir} >&2`,
  unmount: (dir: string) => `umount ${dir}; losetup -d $(cat ${dir}/../real/loop)`,
}

/** Places where everything succeeds, and succeeds again over what was made. */
const CASES: Readonly<Record<string, Case>> = {
  'name spaces for processes, host name and mounts': {
    skip: noUnshare('-mufp'),
    prefix: () => ['unshare', '-mufp', '--mount-proc', 'sh', '-c', 'hostname box && exec "$@"', 'sh'],
  },
  'a user without a name and without a home folder': {
    skip: noRoot,
    prepare: (dir) => chmodSync(dir, 0o777),
    prefix: () => ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups'],
  },
  'a user name space that does not know the owner of the old file': {
    skip: noUnshare('-Ur'),
    prepare: foreignOutput,
    prefix: () => ['unshare', '-Ur'],
    says: /^N_OWNER_CHANGED|does not keep its/m,
  },
  'a home folder that is a device': { skip: false, env: { HOME: '/dev/null' } },
  'no /proc': {
    skip: noMounts,
    mount: (dir, real) => `mount --bind ${real} ${dir} && mount -t tmpfs tmpfs /proc`,
  },
  'a bind mount of the folder': { skip: noMounts, mount: (dir, real) => `mount --bind ${real} ${dir}` },
  'a bind mount of one output': {
    skip: noMounts,
    mount: (dir, real) =>
      `echo old > ${real}/one && touch ${dir}/out.csv && mount --bind ${real}/one ${dir}/out.csv`,
    says: /mount point and was written in place/,
  },
  'a bind mount of the state': {
    skip: noMounts,
    mount: (dir, real) =>
      `: > ${real}/one && : > ${dir}/exports.yaml.state.json && mount --bind ${real}/one ${dir}/exports.yaml.state.json`,
  },
  tmpfs: { skip: noMounts, mount: (dir) => `mount -t tmpfs tmpfs ${dir}` },
  overlayfs: {
    skip: noMounts,
    mount: (dir, real) =>
      `mount -t tmpfs tmpfs ${real} && mkdir ${real}/low ${real}/up ${real}/work && mount -t overlay -o lowerdir=${real}/low,upperdir=${real}/up,workdir=${real}/work overlay ${dir}`,
  },
  'a mount that refuses chmod and chown': {
    skip: noBindfs,
    mount: (dir, real) => `bindfs --chmod-deny --chown-deny ${real} ${dir}`,
    unmount: (dir) => `umount ${dir}`,
  },
  'a mount that says to have done chmod and chown, and has not': {
    skip: noBindfs,
    noSpool: true,
    mount: (dir, real) => `bindfs --chmod-ignore --chown-ignore --force-user=1234 ${real} ${dir}`,
    unmount: (dir) => `umount ${dir}`,
  },
  'an exFAT image': { skip: noExfat, ...EXFAT },
  'folders that cannot be synced': {
    skip: noStrace,
    prefix: (dir) => traced(dir, 'fsync:error=EINVAL'),
    says: /cannot be synced: EINVAL/,
  },
  'folders whose sync is not supported': {
    skip: noStrace,
    prefix: (dir) => traced(dir, 'fsync:error=EOPNOTSUPP'),
    says: /cannot be synced: E/,
  },
}

for (const [name, { skip, says, ...place }] of Object.entries(CASES)) {
  if (skip) skipped++
  else tried++
  t.test(`dump and run, twice each: ${name}`, { skip }, async (t) => {
    const { exit, stderr, isComplete, files } = await workshop.work(place)
    t.equal(exit, 0, exit === 0 ? 'success' : stderr)
    t.ok(isComplete, [...files.keys()].join(', '))
    if (says) t.match(stderr, says)
    t.notMatch(stderr, /E_INTERNAL|^ {4}at /m)
  })
}

t.test('without hard links --no-clobber replaces nothing', { skip: noExfat }, async (t) => {
  const { exit, stderr, files } = await workshop.doing(EXFAT, [
    ...['sh', '-c', '"$@"; echo first $? >&2; "$@"', 'sh'],
    ...[...workshop.dump, '--no-clobber'],
  ])
  t.equal(exit, 15, stderr)
  t.match(stderr, /no hard links[\s\S]*^first 0$[\s\S]*E_EXISTS/m)
  t.strictSame([...files.keys()], ['out.csv'])
})

for (const [name, size] of [
  ['a full disk', '16k'],
  ['a disk with too little room', '64k'],
] as const) {
  t.test(`${name} is exit 14, the old file stays and nothing else`, { skip: noMounts }, async (t) => {
    const mount = (dir: string) => `mount -t tmpfs -o size=${size} tmpfs ${dir} && echo old > ${dir}/out.csv`
    const rows = Array.from({ length: 5000 }, (_, i) => [i, `${Math.sin(i)}`.repeat(3)])
    const id = workshop.sandbox.addJob({
      schema: [
        ['n', 'bigint'],
        ['t', 'varchar'],
      ],
      rows,
    })
    const { exit, stderr, files } = await workshop.doing({ mount }, [
      ...workshop.dump.slice(0, 2),
      ...['dump', id, '-o', 'out.csv'],
    ])
    t.equal(exit, 14, stderr)
    t.match(stderr, /^td-sluice: E_NO_SPACE: /m)
    t.equal(files.get('out.csv'), 'old\n')
    t.strictSame([...files.keys()], ['out.csv'])
  })
}

t.test('a read-only disk is exit 14 before a job is issued', { skip: noMounts }, async (t) => {
  const before = workshop.sandbox.jobs().length
  const mount = (dir: string, real: string) =>
    `cp ${dir}/../exports.yaml ${real} && mount --bind ${real} ${dir} && mount -o remount,ro,bind ${dir}`
  const query = [
    ...workshop.dump.slice(0, 2),
    'query',
    '-d',
    'sample_datasets',
    'select 1 as n',
    '-o',
    'n.csv',
  ]
  for (const command of [query, workshop.run]) {
    const { exit, stderr } = await workshop.doing({ mount }, command)
    t.equal(exit, 14, stderr)
    t.match(stderr, /EROFS/)
  }
  t.equal(workshop.sandbox.jobs().length, before)
})

t.teardown(() => {
  const lacks = skipped === 0 ? '' : `; ${skipped} more are not to be had on this machine`
  figures(
    t,
    'places that lack something: `dump` and `run`, twice each',
    String(tried),
    `all complete${lacks}`,
    'places.long',
  )
})
