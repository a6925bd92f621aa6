import { homedir } from 'node:os'
import { join } from 'node:path'
import { readConfigText } from './config-text.js'

/** Settings of `~/.td/td.conf` that matter here. */
export interface TdConf {
  readonly apikey?: string
  readonly endpoint?: string
  readonly user?: string
}

/** A td.conf that was read, and where it lies. */
export interface TdConfFile {
  readonly path: string
  readonly conf: TdConf
  /** Whether every user of the machine can change it. */
  readonly isOpen: boolean
}

const KEYS = new Set(['apikey', 'endpoint', 'user'])
const SECTION = /^\[(.*)\]$/
const ASSIGNMENT = /^(\w+)\s*=\s*(.*)$/

/** The home folder; an empty text for a user without one, who has no entry in /etc/passwd for example. */
export function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

/** `~/.td/td.conf`, for a user who has a home folder. */
export function usualConf(home: string): string | undefined {
  return home === '' ? undefined : join(home, '.td', 'td.conf')
}

/**
 * Reads the file at `named`, or else `~/.td/td.conf` where there is one.
 *
 * @throws SluiceError `E_CONFIG` when a file cannot be read.
 */
export function readTdConf(named: string | undefined, home: string): TdConfFile | undefined {
  const path = named ?? usualConf(home)
  const file = path === undefined ? undefined : readConfigText(path, named !== undefined)
  return file && { path: file.path, conf: parseTdConf(file.text), isOpen: file.isOpen }
}

/**
 * Reads the INI text that the `td` command writes: `key = value` lines under `[account]`. Blank lines, comments,
 * other sections and keys, and lines that are no assignment at all are skipped, so that files made for other tools do.
 */
function parseTdConf(text: string): TdConf {
  const conf: Record<string, string> = Object.create(null)
  let ours = true
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const section = SECTION.exec(line)
    if (section !== null) ours = section[1]!.trim() === 'account'
    const [, key, value] = ASSIGNMENT.exec(line) ?? []
    if (ours && key !== undefined && KEYS.has(key) && value) conf[key] = value
  }
  return conf
}
