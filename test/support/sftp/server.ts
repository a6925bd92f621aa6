import {
  chmodSync,
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ssh2, { type Connection, type ParsedKey, type SFTPWrapper } from 'ssh2'
import type { Test } from 'tap'

const { OPEN_MODE, STATUS_CODE, flagsToString } = ssh2.utils.sftp

/** What a client asks for. */
export type Operation =
  | 'OPEN'
  | 'WRITE'
  | 'READ'
  | 'CLOSE'
  | 'FSTAT'
  | 'STAT'
  | 'LSTAT'
  | 'RENAME'
  | 'REMOVE'
  | 'MKDIR'
  | 'OPENDIR'

/** How a request goes wrong: `cut` before it does anything, `lost` after it did its work, or a status. */
export type Fault = 'cut' | 'lost' | keyof typeof STATUS_CODE

const KEYS = ssh2.utils.generateKeyPairSync('ed25519')
const HOST_KEYS = ssh2.utils.generateKeyPairSync('ed25519')

/** Less than clients ask for, as the protocol allows. */
const MOST_READ = 20_000

export const USER = 'writer'
export const PASSWORD = 'a password'

/**
 * A small SFTP server on loopback over a temporary folder. It has no extensions: files are renamed only to free names. It fails as
 * it is told, and takes the keys in `folder/key` and a password.
 */
export class SftpServer {
  readonly folder: string
  /** What was asked for, in order. */
  readonly log: Operation[] = []
  connections = 0
  /** Bytes that were sent of files. */
  bytesRead = 0
  /** How many connections are closed before they say anything. */
  refusals = 0
  readonly #clients = new Set<Connection>()
  readonly #faults: { on: Operation; fault: Fault; after: number; times: number }[] = []
  readonly #server: InstanceType<typeof ssh2.Server>

  constructor(folder: string) {
    this.folder = folder
    const accepted = ssh2.utils.parseKey(KEYS.public) as ParsedKey
    this.#server = new ssh2.Server({ hostKeys: [HOST_KEYS.private] }, (client) => {
      this.connections++
      this.#clients.add(client)
      client.on('error', () => {})
      client.on('close', () => this.#clients.delete(client))
      if (this.refusals-- > 0) return void client.end()
      client.on('authentication', (context) => {
        if (context.username !== USER) return context.reject()
        if (context.method === 'password' && context.password === PASSWORD) return context.accept()
        if (context.method !== 'publickey') return context.reject(['publickey', 'password'])
        if (!context.key.data.equals(accepted.getPublicSSH())) return context.reject()
        const { signature, blob, hashAlgo } = context
        if (signature === undefined || blob === undefined) return context.accept()
        return accepted.verify(blob, signature, hashAlgo) === true ? context.accept() : context.reject()
      })
      client.on('session', (accept) => {
        accept().on('sftp', (accept) => this.#serve(accept(), client))
      })
    })
  }

  static async start(t: Test): Promise<SftpServer> {
    const folder = t.testdir({ files: {}, key: KEYS.private, known_hosts: '' })
    const server = new SftpServer(folder)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${server.port} ${HOST_KEYS.public}\n`)
    t.teardown(() => server.stop())
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get hostKey(): string {
    return HOST_KEYS.public
  }

  /** The environment of a process that is to use it, and nothing of the machine it runs on. */
  get environment(): Record<string, string> {
    const { folder } = this
    return {
      HOME: folder,
      TD_SLUICE_SFTP_KEY: join(folder, 'key'),
      TD_SLUICE_SFTP_KNOWN_HOSTS: join(folder, 'known_hosts'),
    }
  }

  url(path: string): string {
    return `sftp://${USER}@127.0.0.1:${this.port}/${path}`
  }

  /** Where a file of the server lies. */
  at(path: string): string {
    return join(this.folder, 'files', path)
  }

  fail(on: Operation, fault: Fault, { after = 0, times = 1 } = {}): void {
    this.#faults.push({ on, fault, after, times })
  }

  clearFaults(): void {
    this.#faults.length = 0
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.end()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(sftp: SFTPWrapper, client: Connection): void {
    const handles = new Map<number, { readonly fd?: number; names?: string[]; readonly path: string }>()
    let lastHandle = 0
    const handleOf = (bytes: Buffer) => handles.get(bytes.readUInt32BE(0))!
    const give = (id: number, held: { fd?: number; names?: string[]; path: string }) => {
      const handle = Buffer.alloc(4)
      handle.writeUInt32BE(++lastHandle)
      handles.set(lastHandle, held)
      sftp.handle(id, handle)
    }
    const on = (operation: Operation, act: (id: number, ...args: never[]) => (() => void) | undefined) => {
      sftp.on(
        operation as 'OPEN',
        ((id: number, ...args: never[]) => {
          this.log.push(operation)
          const fault = this.#faultFor(operation)
          if (fault === 'cut') return void client.end()
          if (fault !== undefined && fault !== 'lost') return void sftp.status(id, STATUS_CODE[fault])
          let reply: (() => void) | undefined
          try {
            reply = act(id, ...args)
          } catch (error) {
            const { code } = error as NodeJS.ErrnoException
            const status = { ENOENT: STATUS_CODE.NO_SUCH_FILE, EACCES: STATUS_CODE.PERMISSION_DENIED }[code!]
            reply = () => sftp.status(id, status ?? STATUS_CODE.FAILURE)
          }
          if (fault === 'lost') return void client.end()
          if (reply === undefined) sftp.status(id, STATUS_CODE.OK)
          else reply()
        }) as never,
      )
    }
    on('OPEN', (id: number, path: string, flags: number) => {
      const fd = openSync(this.at(path), flags & OPEN_MODE.EXCL ? 'wx' : flagsToString(flags)!)
      return () => give(id, { fd, path })
    })
    on('WRITE', (_id: number, handle: Buffer, offset: number, bytes: Buffer) => {
      writeSync(handleOf(handle).fd!, bytes, 0, bytes.length, offset)
      return undefined
    })
    on('READ', (id: number, handle: Buffer, offset: number, length: number) => {
      const bytes = Buffer.alloc(Math.min(length, MOST_READ))
      const count = readSync(handleOf(handle).fd!, bytes, 0, bytes.length, offset)
      this.bytesRead += count
      return () => (count === 0 ? sftp.status(id, STATUS_CODE.EOF) : sftp.data(id, bytes.subarray(0, count)))
    })
    on('CLOSE', (_id: number, handle: Buffer) => {
      const { fd } = handleOf(handle)
      if (fd !== undefined) closeSync(fd)
      return undefined
    })
    const attrs = (id: number, { mode, uid, gid, size, atimeMs, mtimeMs }: Stats) => {
      const [atime, mtime] = [Math.floor(atimeMs / 1000), Math.floor(mtimeMs / 1000)]
      return () => sftp.attrs(id, { mode, uid, gid, size, atime, mtime })
    }
    on('FSTAT', (id: number, handle: Buffer) => attrs(id, fstatSync(handleOf(handle).fd!)))
    on('STAT', (id: number, path: string) => attrs(id, statSync(this.at(path))))
    on('LSTAT', (id: number, path: string) => attrs(id, lstatSync(this.at(path))))
    on('RENAME', (_id: number, from: string, to: string) => {
      if (statSync(this.at(to), { throwIfNoEntry: false })) throw new Error('it is there')
      renameSync(this.at(from), this.at(to))
      return undefined
    })
    on('REMOVE', (_id: number, path: string) => {
      unlinkSync(this.at(path))
      return undefined
    })
    on('MKDIR', (_id: number, path: string) => {
      mkdirSync(this.at(path))
      return undefined
    })
    on('OPENDIR', (id: number, path: string) => {
      const names = readdirSync(this.at(path))
      return () => give(id, { names, path })
    })
    sftp.on('READDIR', (id, bytes) => {
      const held = handleOf(bytes)
      const { names = [], path } = held
      held.names = []
      if (names.length === 0) return sftp.status(id, STATUS_CODE.EOF)
      sftp.name(
        id,
        names.map((filename) => {
          const { mode, uid, gid, size, mtimeMs } = lstatSync(join(this.at(path), filename))
          const mtime = Math.floor(mtimeMs / 1000)
          return { filename, longname: filename, attrs: { mode, uid, gid, size, atime: mtime, mtime } }
        }),
      )
    })
    sftp.on('RMDIR', (id, path) => {
      try {
        rmdirSync(this.at(path))
        sftp.status(id, STATUS_CODE.OK)
      } catch {
        sftp.status(id, STATUS_CODE.FAILURE)
      }
    })
    sftp.on('REALPATH', (id, path) => {
      const filename = realpathSync(this.at(path)).slice(join(this.folder, 'files').length)
      sftp.name(id, [{ filename, longname: filename, attrs: {} as never }])
    })
    sftp.on('FSETSTAT', (id, handle, { mode }) => {
      chmodSync(this.at(handleOf(handle).path), mode!)
      sftp.status(id, STATUS_CODE.OK)
    })
  }

  #faultFor(operation: Operation): Fault | undefined {
    const found = this.#faults.find(({ on }) => on === operation)
    if (found === undefined || found.after-- > 0) return undefined
    if (--found.times === 0) this.#faults.splice(this.#faults.indexOf(found), 1)
    return found.fault
  }
}
