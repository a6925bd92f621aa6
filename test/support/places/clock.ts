import { spawnSync } from 'node:child_process'
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The library of `faketime`, which gives a process another clock. */
function library(): string | undefined {
  for (const folder of ['/usr/lib', '/usr/lib64', '/usr/local/lib']) {
    try {
      for (const name of ['.', ...readdirSync(folder)]) {
        const path = join(folder, name, 'faketime/libfaketimeMT.so.1')
        if (spawnSync('test', ['-f', path]).status === 0) return path
      }
    } catch {
      // The folder is not there.
    }
  }
  return undefined
}

const LIBRARY = process.platform === 'linux' ? library() : undefined

/** Why no process gets another clock here, as tap's `skip` wants it. */
export const noFaketime = LIBRARY === undefined && 'libfaketime is not installed'

/** Waits and the times of files stay those of the machine, as when somebody sets its clock. */
const CLOCK = { LD_PRELOAD: LIBRARY ?? '', NO_FAKE_STAT: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }

/** Environment of a process whose clock starts at a time such as `2026-03-29T00:10:00Z`. */
export function clockAt(time: string): Record<string, string> {
  return { ...CLOCK, TZ: 'UTC', FAKETIME: `@${time.slice(0, 19).replace('T', ' ')}` }
}

/** A clock that is set while processes look at it: `+0`, `-2d`, `@1970-01-02 00:00:00`. */
export class JumpingClock {
  readonly env: Readonly<Record<string, string>>
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.env = { ...CLOCK, TZ: 'UTC', FAKETIME_TIMESTAMP_FILE: path, FAKETIME_NO_CACHE: '1' }
    this.set('+0')
  }

  set(time: string): void {
    writeFileSync(`${this.#path}.new`, `${time}\n`)
    renameSync(`${this.#path}.new`, this.#path)
  }
}
