import { createHash } from 'node:crypto'
import { native } from './native.js'
import { decodeForm } from './urls.js'

interface Agent {
  readonly name: string
  readonly vendor: string
  readonly version: string
  readonly os: string
  readonly osVersion: string
  readonly category: string
}

const UNKNOWN = 'UNKNOWN'

const NT: Readonly<Record<string, string>> = {
  '10.0': 'Windows 10',
  '6.3': 'Windows 8.1',
  '6.2': 'Windows 8',
  '6.1': 'Windows 7',
  '6.0': 'Windows Vista',
  '5.1': 'Windows XP',
  '5.0': 'Windows 2000',
}

const CRAWLERS: readonly (readonly [RegExp, string])[] = [
  [/Googlebot|Mediapartners-Google|AdsBot-Google/, 'Googlebot'],
  [/bingbot|msnbot/i, 'bingbot'],
  [/Yahoo! Slurp/, 'Yahoo! Slurp'],
  [/Baiduspider/, 'Baiduspider'],
  [/YandexBot/, 'YandexBot'],
  [/facebookexternalhit/, 'facebook'],
  [/Twitterbot/, 'twitter'],
]

/** Browsers, the first that fits; those that claim to be others come first. */
const BROWSERS: readonly (readonly [pattern: RegExp, name: string, vendor: string])[] = [
  [/(?:Edge|Edg|EdgA|EdgiOS)\/([\d.]+)/, 'Edge', 'Microsoft'],
  [/MSIE ([\d.]+)/, 'Internet Explorer', 'Microsoft'],
  [/Trident\/[\d.]+.*rv:([\d.]+)/, 'Internet Explorer', 'Microsoft'],
  [/(?:OPR|Opera)[/ ]([\d.]+)/, 'Opera', 'Opera'],
  [/(?:Firefox|FxiOS)\/([\d.]+)/, 'Firefox', 'Mozilla'],
  [/(?:Chrome|CrMo|CriOS)\/([\d.]+)/, 'Chrome', 'Google'],
  [/Version\/([\d.]+).*Safari/, 'Safari', 'Apple'],
  [/Safari\/([\d.]+)/, 'Safari', 'Apple'],
]

function systemOf(agent: string): readonly [os: string, version: string, category: string] {
  const match = (pattern: RegExp) => pattern.exec(agent)?.[1]
  if (/Windows Phone/.test(agent))
    return ['Windows Phone OS', match(/Windows Phone(?: OS)? ([\d.]+)/) ?? UNKNOWN, 'smartphone']
  const nt = match(/Windows NT ([\d.]+)/)
  if (nt) return [NT[nt] ?? 'Windows UNKNOWN Ver', `NT ${nt}`, 'pc']
  if (/Windows/.test(agent)) return ['Windows UNKNOWN Ver', UNKNOWN, 'pc']
  const ios = /(iPhone|iPad|iPod)/.exec(agent)?.[1]
  if (ios) return [ios, match(/OS ([\d_]+)/)?.replaceAll('_', '.') ?? UNKNOWN, 'smartphone']
  if (/Android/.test(agent)) return ['Android', match(/Android ([\d.]+)/) ?? UNKNOWN, 'smartphone']
  if (/Mac OS X/.test(agent))
    return ['Mac OSX', match(/Mac OS X ([\d_.]+)/)?.replaceAll('_', '.') ?? UNKNOWN, 'pc']
  if (/CrOS/.test(agent)) return ['ChromeOS', UNKNOWN, 'pc']
  if (/Linux/.test(agent)) return ['Linux', UNKNOWN, 'pc']
  return [UNKNOWN, UNKNOWN, UNKNOWN]
}

function parseAgent(agent: string): Agent {
  const crawler = CRAWLERS.find(([pattern]) => pattern.test(agent))
  if (crawler)
    return {
      name: crawler[1],
      vendor: UNKNOWN,
      version: UNKNOWN,
      os: UNKNOWN,
      osVersion: UNKNOWN,
      category: 'crawler',
    }
  const [os, osVersion, category] = systemOf(agent)
  for (const [pattern, name, vendor] of BROWSERS) {
    const version = pattern.exec(agent)?.[1]
    if (version !== undefined) return { name, vendor, version, os, osVersion, category }
  }
  return { name: UNKNOWN, vendor: UNKNOWN, version: UNKNOWN, os, osVersion, category }
}

/** The keys of TD_PARSE_AGENT, in the order of {@link TD_AGENTS}' values. */
export const AGENT_KEYS = ['os', 'vendor', 'os_version', 'name', 'category', 'version']

function userAgent(text: string, option: string): string | null {
  const { name, version, os, osVersion, category } = parseAgent(text)
  const [major, minor] = version.split('.')
  const [osMajor, osMinor] = osVersion.replace(/^NT /, '').split('.')
  const known = (value: string | undefined) => (value === undefined || value === UNKNOWN ? '' : value)
  const parts = {
    user_agent: { family: known(name) || 'Other', major: known(major), minor: known(minor) },
    os: { family: known(os) || 'Other', major: known(osMajor), minor: known(osMinor) },
    device: { family: category === 'pc' ? 'Other' : known(os) || 'Other' },
  }
  switch (option) {
    case '':
      return JSON.stringify(parts)
    case 'ua':
      return JSON.stringify(parts.user_agent)
    case 'ua_family':
      return parts.user_agent.family
    case 'ua_major':
      return parts.user_agent.major
    case 'ua_minor':
      return parts.user_agent.minor
    case 'os':
      return JSON.stringify(parts.os)
    case 'os_family':
      return parts.os.family
    case 'os_major':
      return parts.os.major
    case 'os_minor':
      return parts.os.minor
    case 'device':
      return parts.device.family
    default:
      throw new Error(`TD_PARSE_USER_AGENT: no option: ${option}`)
  }
}

/** An id that is the same in each run: of the partition and of the time at which the session began. */
function sessionId(seed: string): string {
  const hex = createHash('md5').update(seed).digest('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const TD_AGENTS = [
  native('_td_agent', ['text'], 'texts', (text) => {
    const { os, vendor, osVersion, name, category, version } = parseAgent(text)
    return [os, vendor, osVersion, name, category, version]
  }),
  native('_td_user_agent', ['text', 'text'], 'text', userAgent),
  native('_td_url_decode', ['text'], 'text', (text) => {
    try {
      return decodeForm(text)
    } catch {
      return null
    }
  }),
  native('_td_session', ['text'], 'text', sessionId),
]
