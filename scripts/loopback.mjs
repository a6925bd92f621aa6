// Servers of others on loopback, for tests that take place outside of `npm test`.
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds from one question to the next. */
const PAUSE_MS = 200

/** A port that nobody listens on; another process may be faster. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * Resolves with true when a server answers, and with false when its processes have ended or the time is over.
 *
 * @param {() => Promise<boolean>} answers asks it once
 * @param {{ children: import('node:child_process').ChildProcess[], patienceMs: number }} limits
 */
export async function comesUp(answers, { children, patienceMs }) {
  const end = performance.now() + patienceMs
  while (!(await answers())) {
    if (performance.now() > end || children.some(({ exitCode }) => exitCode !== null)) return false
    await sleep(PAUSE_MS)
  }
  return true
}

/** Whether something at `url` answers to HTTP, whatever it says. */
export function answersHttp(url) {
  return fetch(url).then(
    () => true,
    () => false,
  )
}
