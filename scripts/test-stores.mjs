// Runs the tests of outputs against real servers: `npm run test:stores`, or with the names of some of them. A server that cannot be had is
// skipped with a word. With STORE_ENDPOINT, STORE_KEY and STORE_SECRET the tests of S3 use that store instead, and a new bucket in it.
import { spawnSync } from 'node:child_process'
import { startAzurite } from './azurite.mjs'
import { compiledPath, compileTests } from './compile-tests.mjs'
import { startRadosgw } from './radosgw.mjs'
import { startSshd } from './sshd.mjs'

const SERVERS = {
  s3: {
    file: 'test/sinks/targets/store/real.long.ts',
    start: () => {
      const { STORE_ENDPOINT: endpoint, STORE_KEY: key, STORE_SECRET: secret } = process.env
      return endpoint === undefined ? startRadosgw() : { endpoint, key, secret }
    },
    environment: ({ endpoint, key, secret }) => ({
      STORE_ENDPOINT: endpoint,
      STORE_KEY: key,
      STORE_SECRET: secret,
    }),
  },
  az: {
    file: 'test/sinks/targets/azure/real.long.ts',
    start: startAzurite,
    environment: ({ connectionString }) => ({ AZURE_STORAGE_CONNECTION_STRING: connectionString }),
  },
  sftp: {
    file: 'test/sinks/targets/sftp/real.long.ts',
    start: startSshd,
    environment: ({ port, user, folder }) => ({ SFTP_PORT: port, SFTP_USER: user, SFTP_FOLDER: folder }),
  },
}

const asked = process.argv.slice(2)
const names = asked.length === 0 ? Object.keys(SERVERS) : asked
let isCompiled = false
for (const name of names) {
  const { file, start, environment } = SERVERS[name]
  const server = await start()
  if (server.reason !== undefined) {
    console.log(`${name} is skipped: ${server.reason}`)
    continue
  }
  try {
    if (!isCompiled) await compileTests()
    isCompiled = true
    const env = { ...process.env, ...environment(server) }
    const { status } = spawnSync('npx', ['tap', '--timeout=7200', compiledPath(file)], {
      stdio: 'inherit',
      env,
    })
    if (status !== 0) process.exitCode = status ?? 1
  } finally {
    await server.stop?.()
  }
}
