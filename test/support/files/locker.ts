/**
 * A child process that tries to take the lock of many paths, one after the other, for tests of the race between
 * several of them. It starts at a given time, prints a letter for each path (`W` for won, `L` for locked) and keeps
 * what it won until its stdin ends.
 */
import { SluiceError } from '../../../src/errors.js'
import { acquireLock } from '../../../src/files/lock.js'

const [startAt, ...paths] = process.argv.slice(2)

while (Date.now() < Number(startAt)) {
  // Sleeping would let the processes drift apart.
}
let outcome = ''
for (const path of paths) {
  try {
    await acquireLock(path)
    outcome += 'W'
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'E_LOCKED') throw error
    outcome += 'L'
  }
}
process.stdout.write(outcome)
process.stdin.resume()
