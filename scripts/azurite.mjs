// Starts azurite, a local Azure Blob Storage, on loopback and in memory: from npm, installed into a folder of its own.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answersHttp, comesUp, freePort } from './loopback.mjs'

/** The last version for Node 20. It is kept here from one run to the next: about 150 MB. */
const PACKAGE = 'azurite@3.35'
const CACHE = join(tmpdir(), 'td-sluice-azurite')

/** How long it may take to answer, in milliseconds. */
const PATIENCE_MS = 120_000

/** The account of every azurite: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const ACCOUNT = 'devstoreaccount1'
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

/** Resolves with how to connect and how to stop it, or with the reason why it cannot be had. */
export async function startAzurite() {
  const main = join(CACHE, 'node_modules/azurite/dist/src/blob/main.js')
  if (!existsSync(main)) {
    mkdirSync(CACHE, { recursive: true })
    try {
      execFileSync('npm', ['install', '--prefix', CACHE, '--no-save', PACKAGE], { stdio: 'pipe' })
    } catch {
      return { reason: `${PACKAGE} cannot be installed from npm` }
    }
  }
  const port = await freePort()
  const options = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--inMemoryPersistence']
  const child = spawn(process.execPath, [main, ...options, '--skipApiVersionCheck', '--disableTelemetry'], {
    stdio: 'ignore',
    cwd: CACHE,
  })
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const url = `http://127.0.0.1:${port}/${ACCOUNT}`
  if (!(await comesUp(() => answersHttp(url), { children: [child], patienceMs: PATIENCE_MS }))) {
    await stop()
    return { reason: `${PACKAGE} does not start` }
  }
  const text = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${url};`
  return { connectionString: text, stop }
}
