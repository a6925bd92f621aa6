// Runs the tests of outputs against real servers: `npm run test:stores`, or with the names of some of them. A server that cannot be had is
// skipped with a word. With STORE_ENDPOINT, STORE_KEY and STORE_SECRET the tests of S3 use that store instead, and a new bucket in it.
import { startAzurite } from './azurite.mjs'
import { startRadosgw } from './radosgw.mjs'
import { runTests } from './run-tests.mjs'
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
const unknown = names.find((name) => !Object.hasOwn(SERVERS, name))
if (unknown !== undefined)
  throw new Error(`there is no server ${unknown}: ${Object.keys(SERVERS).join(', ')}`)

/** Seconds that the tests of one server may take. */
const TIMEOUT = 7200

for (const name of names) {
  const { file, start, environment } = SERVERS[name]
  const server = await start()
  if (server.reason !== undefined) {
    console.log(`${name} is skipped: ${server.reason}`)
    continue
  }
  try {
    const options = { timeout: TIMEOUT, env: environment(server), print: (line) => console.log(line) }
    const red = await runTests([file], options)
    if (red.length > 0) process.exitCode = 1
  } finally {
    await server.stop?.()
  }
}
