// Runs the tests of outputs against real servers: `npm run test:stores`. A server that cannot be had is skipped with a word. With
// STORE_ENDPOINT, STORE_KEY and STORE_SECRET the tests use that S3-compatible store instead, and a new bucket in it.
import { spawnSync } from 'node:child_process'
import { compiledPath, compileTests } from './compile-tests.mjs'
import { startRadosgw } from './radosgw.mjs'

const given = process.env.STORE_ENDPOINT
const store =
  given === undefined
    ? await startRadosgw()
    : { endpoint: given, key: process.env.STORE_KEY, secret: process.env.STORE_SECRET }
if (store.endpoint === undefined) {
  console.log(`skipped: ${store.reason}`)
} else {
  try {
    await compileTests()
    const env = {
      ...process.env,
      STORE_ENDPOINT: store.endpoint,
      STORE_KEY: store.key,
      STORE_SECRET: store.secret,
    }
    const files = [compiledPath('test/sinks/targets/store/real.long.ts')]
    const { status } = spawnSync('npx', ['tap', '--timeout=7200', ...files], { stdio: 'inherit', env })
    process.exitCode = status ?? 1
  } finally {
    await store.stop?.()
  }
}
