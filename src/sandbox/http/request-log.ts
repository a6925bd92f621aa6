import type { LogEntry } from './log.js'

/** The most requests that are kept. */
const MOST_ENTRIES = 10_000

/** The most characters of paths and headers that are kept: 16 KiB may come with each request. */
const MOST_CHARACTERS = 4 * 1024 * 1024

/** The latest requests, oldest first: a sandbox that serves for weeks must not grow. */
export class RequestLog {
  readonly entries: LogEntry[] = []
  #characters = 0

  add(entry: LogEntry): void {
    this.entries.push(entry)
    this.#characters += charactersOf(entry)
    while (this.entries.length > MOST_ENTRIES || this.#characters > MOST_CHARACTERS) {
      this.#characters -= charactersOf(this.entries.shift()!)
    }
  }
}

function charactersOf({ url, headers }: LogEntry): number {
  let count = url.length
  for (const [name, value] of Object.entries(headers)) count += name.length + String(value).length
  return count
}
