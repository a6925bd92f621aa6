/** What `~/.td/td.conf` may hold that matters here. */
export interface TdConf {
  readonly apikey?: string
  readonly endpoint?: string
  readonly user?: string
}

const KEYS = new Set(['apikey', 'endpoint', 'user'])
const SECTION = /^\[(.*)\]$/
const ASSIGNMENT = /^(\w+)\s*=\s*(.*)$/

/**
 * Reads the INI text that the `td` command writes: `key = value` lines under `[account]`. Blank lines, comments,
 * other sections and keys, and lines that are no assignment at all are skipped, so that files made for other tools do.
 */
export function parseTdConf(text: string): TdConf {
  const conf: Record<string, string> = Object.create(null)
  let ours = true
  for (const raw of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const section = SECTION.exec(line)
    if (section !== null) ours = section[1]!.trim() === 'account'
    const [, key, value] = ASSIGNMENT.exec(line) ?? []
    if (ours && key !== undefined && KEYS.has(key) && value) conf[key] = value
  }
  return conf
}
