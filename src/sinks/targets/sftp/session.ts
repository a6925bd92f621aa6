import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type Ssh from 'ssh2'
import type { Client, SFTPWrapper } from 'ssh2'
import { ERROR_TABLE, messageOf, SluiceError } from '../../../errors.js'
import { notInstalled } from '../../not-installed.js'
import { Budget } from '../store/budget.js'
import type { SftpAddress } from './address.js'
import { type Credentials, credentialsFor } from './credentials.js'
import { LostConnection, sftpError } from './failure.js'
import { hostKeyAlgorithms, hostKeyRefusal, knownKeys } from './known-hosts.js'

/** Milliseconds to a connection, and to a session from there on. */
const CONNECT_MS = 10_000
const READY_MS = 30_000

/** Milliseconds without any answer to what was asked after which a connection counts as dead. */
const SILENCE_MS = 120_000

/** How often a connection is tried, and the first pause in milliseconds: a server that is busy refuses some of many at once. */
const TRIES = 4
const PAUSE_MS = 500

/** Milliseconds that a connection waits for the next output before it is closed. */
const REST_MS = 5000

/** Routers forget a connection that is silent for some minutes. */
const ALIVE_MS = 30_000

/** Asks a question of the server; `done` gets the answer. */
type Question<T> = (sftp: SFTPWrapper, done: (error?: Error | null, answer?: T) => void) => void

/** One connection to an SFTP server. Its methods reject with the errors of ssh2, or `LostConnection`. */
export class SftpSession {
  /** Bytes of all outputs that the server has not acknowledged yet. */
  readonly inFlight = new Budget()
  readonly #client: Client
  readonly #socket: Socket
  readonly #sftp: SFTPWrapper
  readonly #pending = new Set<(error: Error) => void>()
  readonly #silence: NodeJS.Timeout
  #lost: LostConnection | undefined
  #cause: unknown

  constructor(client: Client, socket: Socket, sftp: SFTPWrapper) {
    this.#client = client
    this.#socket = socket
    this.#sftp = sftp
    this.#silence = setTimeout(() => {
      if (this.#pending.size > 0) this.#lose(`the server was silent for ${SILENCE_MS / 1000} seconds`)
    }, SILENCE_MS)
    this.#silence.unref()
    const onError = (error: unknown) => {
      this.#cause ??= error
    }
    client.on('error', onError)
    sftp.on('error', onError)
    const onClose = () => this.#lose('the connection was lost')
    client.on('close', onClose)
    sftp.on('close', onClose)
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** Whether the server has an extension of OpenSSH, such as `posix-rename@openssh.com`. */
  has(extension: string): boolean {
    const { _extensions } = this.#sftp as unknown as { _extensions?: Readonly<Record<string, string>> }
    return _extensions?.[extension] !== undefined
  }

  ask<T = void>(question: Question<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost)
      this.#pending.add(reject)
      this.#silence.refresh()
      const settle = (act: () => void) => {
        this.#silence.refresh()
        this.#pending.delete(reject)
        act()
      }
      try {
        question(this.#sftp, (error, answer) => {
          // ssh2 says so of what the end of a connection leaves without an answer.
          if (error?.message === 'No response from server') return this.#lose('the connection was lost')
          settle(() => (error ? reject(error) : resolve(answer as T)))
        })
      } catch (error) {
        settle(() => reject(error))
      }
    })
  }

  /** Whether the process may end while nothing uses this. */
  rest(isResting: boolean): void {
    if (isResting) this.#socket.unref()
    else this.#socket.ref()
  }

  close(): void {
    clearTimeout(this.#silence)
    this.#client.end()
  }

  #lose(why: string): void {
    if (this.#lost !== undefined) return
    const cause = this.#cause
    this.#lost = new LostConnection(cause === undefined ? why : `${why}: ${messageOf(cause)}`, { cause })
    clearTimeout(this.#silence)
    for (const reject of this.#pending) reject(this.#lost)
    this.#pending.clear()
    this.#socket.destroy()
  }
}

interface Shared {
  readonly session: Promise<SftpSession>
  users: number
  /** Closes it when nothing has used it for a while. */
  timer?: NodeJS.Timeout
}

/** Connections by server, user and credentials: outputs of one process share them. */
const shared = new Map<string, Shared>()

/** A connection on loan. */
export interface Loan {
  readonly session: SftpSession
  /** To be called once. Never rejects. */
  giveBack(): Promise<void>
}

/**
 * Lends the connection to the server of an address, a new one where there is none or the last one was lost.
 *
 * @throws SluiceError `E_UNSUPPORTED` without the package, `E_CONFIG` without credentials, `E_AUTH` when they are refused, `E_TLS`
 * for a host that is not known, `E_DNS`, `E_NET` and `E_TIMEOUT` when it cannot be reached
 */
export async function borrowSession(address: SftpAddress): Promise<Loan> {
  const key = keyOf(address)
  let lent = shared.get(key)
  // Another output may have made a new one meanwhile.
  if (lent !== undefined && (await isOver(lent)) && shared.get(key) === lent) shared.delete(key)
  lent = shared.get(key)
  if (lent === undefined) {
    lent = { session: connect(address), users: 0 }
    shared.set(key, lent)
  }
  const borrowed = lent
  clearTimeout(borrowed.timer)
  borrowed.users++
  try {
    const session = await borrowed.session
    session.rest(false)
    return { session, giveBack: () => giveBack(key, borrowed) }
  } catch (error) {
    await giveBack(key, borrowed)
    throw error
  }
}

/** Lends a connection to `use`. @throws SluiceError as `borrowSession` */
export async function withSession<T>(
  address: SftpAddress,
  use: (session: SftpSession) => Promise<T>,
): Promise<T> {
  const loan = await borrowSession(address)
  try {
    return await use(loan.session)
  } finally {
    await loan.giveBack()
  }
}

async function isOver({ session }: Shared): Promise<boolean> {
  return session.then(
    ({ isLost }) => isLost,
    () => true,
  )
}

async function giveBack(key: string, lent: Shared): Promise<void> {
  lent.users--
  if (lent.users > 0) return
  const session = await lent.session.catch(() => undefined)
  if (session === undefined || session.isLost) {
    if (shared.get(key) === lent) shared.delete(key)
    return
  }
  session.rest(true)
  lent.timer = setTimeout(() => {
    if (shared.get(key) === lent) shared.delete(key)
    session.close()
  }, REST_MS)
  lent.timer.unref()
}

/** The environment too, which a program may change. */
function keyOf({ user, host, port, options = {} }: SftpAddress): string {
  const environment = Object.entries(process.env).filter(
    ([name]) => name.startsWith('TD_SLUICE_SFTP_') || name === 'SSH_AUTH_SOCK' || name === 'HOME',
  )
  const privateKey = options.privateKey && Buffer.from(options.privateKey as Uint8Array).toString('base64')
  return JSON.stringify([user, host, port, environment, { ...options, privateKey }])
}

async function connect(address: SftpAddress): Promise<SftpSession> {
  const ssh2 = await loadSsh2()
  const name = `the SFTP server ${address.host}`
  for (let tries = 1; ; tries++) {
    try {
      return await connectOnce(ssh2, address)
    } catch (error) {
      const failure = sftpError(error, name)
      if (!ERROR_TABLE[failure.code].transient || tries === TRIES) throw failure
      await delay(PAUSE_MS * 2 ** (tries - 1))
    }
  }
}

async function loadSsh2(): Promise<typeof Ssh> {
  try {
    return (await import('ssh2')).default
  } catch (cause) {
    throw notInstalled('ssh2', 'ssh2', cause)
  }
}

async function connectOnce(ssh2: typeof Ssh, address: SftpAddress): Promise<SftpSession> {
  const known = await knownKeys(address)
  const credentials = await credentialsFor(address, ssh2.utils.parseKey)
  const socket = await openSocket(address)
  const client = new ssh2.Client()
  let refusal: SluiceError | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      client.on('ready', resolve)
      client.on('error', (error: Error & { level?: string }) => {
        // The next method is tried when the agent fails.
        if (error.level !== 'agent') reject(refusal ?? loginFailure(error, address, credentials))
      })
      client.on('close', () => reject(refusal ?? new LostConnection('the server has closed the connection')))
      client.connect({
        sock: socket,
        username: credentials.username,
        authHandler: [...credentials.methods],
        readyTimeout: READY_MS,
        algorithms: { serverHostKey: hostKeyAlgorithms(known) as Ssh.ServerHostKeyAlgorithm[] },
        hostVerifier: (key: Buffer) => {
          refusal = hostKeyRefusal(key, known, address)
          return refusal === undefined
        },
      })
    })
    const sftp = await openChannel(client, address)
    const session = new SftpSession(client, socket, sftp)
    return session
  } catch (error) {
    client.on('error', () => {})
    client.destroy()
    socket.destroy()
    throw error
  }
}

async function openSocket({ host, port }: SftpAddress): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: ALIVE_MS })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) })
    return socket
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    if ((error as Error).name !== 'AbortError') throw error
    throw new SluiceError('E_TIMEOUT', `${host}:${port} does not answer`, { cause: error })
  }
}

function openChannel(client: Client, { host }: SftpAddress): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.on('close', () => reject(new LostConnection('the server has closed the connection')))
    client.sftp((error, sftp) => {
      if (!error) return resolve(sftp)
      const message = `${host} offers no SFTP to this user: ${messageOf(error)}`
      reject(new SluiceError('E_FORBIDDEN', message, { cause: error }))
    })
  })
}

/** Reasons for the end of a login. */
function loginFailure(
  error: Error & { level?: string },
  { host }: SftpAddress,
  { username, tried, locked }: Credentials,
): Error {
  if (error.level === 'client-authentication') {
    const isLocked =
      locked.length === 0 ? '' : `; ${locked.join(' and ')} cannot be read without a passphrase`
    const message = `${host} does not let ${username} in with ${tried.join(', ')}${isLocked}`
    return new SluiceError('E_AUTH', message, {
      cause: error,
      hint: 'check the user of the URL, and its key on the server; TD_SLUICE_SFTP_KEY names another key',
    })
  }
  if (error.level === 'client-timeout')
    return new SluiceError('E_TIMEOUT', `${host} does not finish the login`, { cause: error })
  if (error.level === 'handshake')
    return new SluiceError('E_TLS', `${host} and ssh2 cannot agree: ${messageOf(error)}`, {
      cause: error,
      hint: 'the server has only old algorithms; td-sluice takes those that ssh2 has on by default',
    })
  return error.level === 'client-socket' ? error : new LostConnection(messageOf(error), { cause: error })
}
