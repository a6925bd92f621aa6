import { namesSecret } from './secret-names.js'

const HIDDEN = '[hidden]'

/** Settings whose values say where something goes and how, and open nothing. */
const HARMLESS_KEYS = new Set(
  (
    'type storage_type bucket container path path_prefix file_prefix file_name filename file prefix suffix folder ' +
    'directory format file_format compression codec encoder encoders encryption host hostname endpoint port region ' +
    'zone database db schema table tables dataset collection object index name mode method action header ' +
    'header_line quote delimiter escape null newline charset encoding column columns column_options key_columns ' +
    'unique_key primary_key time_column default_timezone timezone batch_size max_threads retry_limit ssl use_ssl ' +
    'location in out exec parser parsers decoders filters query_mode insert_method skip_header_lines stop_on_invalid_record ' +
    'min_output_tasks max_connection_retry spreadsheet_name sheet_name worksheet sheet'
  ).split(' '),
)

/** Scheme and all that comes after it. */
const URL_TEXT = /^([a-z][a-z0-9+.-]{0,30}):\/\/(.*)$/is

const HOST = /^(?:\[[0-9a-f:.]{1,45}\]|[\w.-]{0,253})(?::\d{1,5})?$/i

/** Characters that may be escaped in a URL only where it is neither host nor path. */
const ESCAPED_MARK = /%(?:25)*(?:40|3f|23|26|3b)/i

/** A run of digits like that of an API key. */
const KEY_DIGITS = /[0-9a-f]{32}/i

/**
 * An export target, as it may be shown: of a URL the scheme, host and path; of JSON the values of harmless settings. A URL
 * that can be read in two ways, as raw `@` and `?` in a password make possible, shows only what is harmless in both.
 */
export function shownTarget(target: string): string {
  const text = target.trim()
  const [, scheme, rest] = URL_TEXT.exec(text) ?? []
  if (scheme !== undefined) return `${scheme}://${shownPlace(rest!)}`
  if (/^[{[]/.test(text)) return shownJson(text)
  // The name of a connection that TD knows.
  return /^[A-Za-z_][\w-]{0,63}$/.test(text) && !KEY_DIGITS.test(text) ? text : HIDDEN
}

/** Whether a text that should name a file is a target, which no message about a file may quote. */
export function looksLikeTarget(text: string): boolean {
  return /:\/\/|^\s*[{[]|%3a%2f|:.*@/is.test(text)
}

/**
 * Why a text can be no export target, without a word of it; undefined for a URL, settings in JSON, or what may be the name of a
 * connection.
 */
export function targetProblem(target: string): string | undefined {
  const text = target.trim()
  if (text === '') return 'the export target is empty'
  if (/[\u0000-\u001f\u007f]/.test(text) && !/^[{[]/.test(text))
    return 'the export target has a control character'
  if (/^[{[]/.test(text)) return isJsonObject(text) ? undefined : 'the export target is no object in JSON'
  if (/^[a-z][a-z0-9+.-]*:\/(?!\/)/i.test(text))
    return 'the export target has one slash behind its scheme, and a URL has two'
  if (/^[^:/]*:\/\/[/?#]*$/.test(text)) return 'the export target has nothing behind its ://'
  // A connection may have any name, and a path of its own behind it.
  if (!/^(?:[/\\~]|\.{1,2}[/\\])/.test(text)) return undefined
  return 'the export target is a path: it is a URL such as s3://bucket/path, settings in JSON, or the name of a connection'
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function shownPlace(rest: string): string {
  const at = rest.lastIndexOf('@')
  const mark = rest.search(/[?#;&\s]/)
  // Either a password has such a mark in it, or a parameter an @.
  if (mark !== -1 && mark < at) return HIDDEN
  const place = rest.slice(at + 1, mark === -1 ? undefined : mark)
  const host = /^[^/]*/.exec(place)![0]
  if (!HOST.test(host) || KEY_DIGITS.test(place)) return HIDDEN
  return ESCAPED_MARK.test(place) ? `${host}/${HIDDEN}` : place
}

function shownJson(text: string): string {
  try {
    return JSON.stringify(shownSettings(JSON.parse(text)))
  } catch {
    return HIDDEN
  }
}

/** Settings of an export or a bulk load with all values hidden but those that are known to be harmless. */
export function shownSettings(value: unknown, isShown = false): unknown {
  if (Array.isArray(value)) return value.map((item) => shownSettings(item, isShown))
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => {
      const isKey = /^[\w.-]{1,64}$/.test(key) && !KEY_DIGITS.test(key)
      const harmless = HARMLESS_KEYS.has(key.toLowerCase().replaceAll('-', '_'))
      // Below the name of a secret nothing is looked at.
      return [isKey ? key : HIDDEN, namesSecret(key) && !harmless ? HIDDEN : shownSettings(item, harmless)]
    })
    return Object.fromEntries(entries)
  }
  if (value === null || typeof value === 'boolean') return value
  if (!isShown) return HIDDEN
  if (typeof value === 'number') return value
  const text = String(value)
  if (text.includes('://')) return shownTarget(text)
  return /[?#@&]/.test(text) || ESCAPED_MARK.test(text) || KEY_DIGITS.test(text) ? HIDDEN : text
}

/** All that no message may repeat of a target, or of the settings of a connection: it as a whole, and its hidden parts. */
export function targetSecrets(target: string): string[] {
  return [target, target.trim(), ...hiddenParts(target).flatMap((part) => [part, decoded(part)])]
}

/** Whether a target has anything in it that is to be hidden. */
export function holdsSecret(target: string): boolean {
  return shownTarget(target) === HIDDEN || hiddenParts(target).some((part) => part !== '')
}

/** The parts of more would take too long to look for in a log; those of settings whose names say it come first. */
const MOST_PARTS = 32

function hiddenParts(target: string): string[] {
  const text = target.trim()
  const [, , rest] = URL_TEXT.exec(text) ?? []
  const parts = rest === undefined ? settingSecrets(text) : urlSecrets(rest)
  return [...new Set(parts)].slice(0, MOST_PARTS)
}

/** The parts of a URL around each mark that may end one of them, besides those that {@link shownTarget} shows. */
function urlSecrets(rest: string): string[] {
  const shown = shownPlace(rest)
  const at = rest.lastIndexOf('@')
  const mark = rest.search(/[?#;&\s]/)
  const user = at === -1 ? '' : rest.slice(0, at)
  const query = mark === -1 ? '' : rest.slice(mark + 1)
  const parameters = query.split(/[?#;&]/).map((parameter) => {
    const [name = '', ...value] = parameter.split('=')
    return HARMLESS_KEYS.has(name.toLowerCase()) ? '' : value.join('=')
  })
  const whole = shown === HIDDEN ? [rest] : []
  return [...whole, user, user.slice(user.indexOf(':') + 1), ...parameters]
}

function settingSecrets(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text)
    const leaves = hiddenLeaves(value, shownSettings(value), false)
    return [true, false].flatMap((named) =>
      leaves.filter((leaf) => leaf.named === named).map((leaf) => leaf.text),
    )
  } catch {
    return []
  }
}

/** The texts of `value` that `shown` has not, and whether a name above says that it is a secret. */
function hiddenLeaves(value: unknown, shown: unknown, named: boolean): { text: string; named: boolean }[] {
  if (typeof value === 'string' || typeof value === 'number') {
    return shown === value ? [] : [{ text: String(value), named }]
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => hiddenLeaves(item, Array.isArray(shown) ? shown[i] : undefined, named))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) =>
    hiddenLeaves(item, isObject(shown) ? shown[key] : undefined, named || namesSecret(key)),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/**
 * A URL in a text, up to white space. Where what comes before that is no port, it is the beginning of a password with a
 * space in it, which an @ ends. Bounded, so that no text takes more than time in proportion to its length.
 */
const URL_IN_TEXT =
  /\b[a-z][a-z0-9+.-]{0,30}:\/\/(?:[^\s/@:]{0,256}:(?!\d{1,5}(?!\d))[^\n@]{0,256}@)?[^\s]*/gi

/** A setting as JSON, Ruby and YAML in one line write it: `"secret": "x"`, `:secret=>"x"`. */
const QUOTED_SETTING =
  /(["':]?)\b([A-Za-z][\w-]{0,63})(["']?\s{0,8}(?:=>|:|=)\s{0,8})"((?:[^"\\\n]|\\.){0,4096})"/g

/** A text of a server's, such as a log, with the targets and settings in it as {@link shownTarget} shows them. */
export function hideTargets(text: string): string {
  return text
    .replace(URL_IN_TEXT, (url) => {
      if (!/[@?#;&]/.test(url) && !ESCAPED_MARK.test(url)) return url
      return shownTarget(url)
    })
    .replace(QUOTED_SETTING, (whole, open: string, name: string, between: string) =>
      namesSecret(name) && !HARMLESS_KEYS.has(name.toLowerCase())
        ? `${open}${name}${between}"${HIDDEN}"`
        : whole,
    )
}
