// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript

import { isApiKeyVariable } from '../client/index.js'
import { suggestion } from '../model/suggest.js'
import { namesSecret } from '../secrets/secret-names.js'
import type { Environment } from './environment.js'
import { type Around, filterNamed, type Purpose, refusal } from './safe-value.js'
import { formatTime, isoTime, moved } from './time-text.js'
import type { Zone } from './zone.js'

/** Values for placeholders. */
export interface Variables {
  /** The name of the export. */
  readonly name: string
  /** In milliseconds since 1970. */
  readonly scheduledTime: number
  readonly zone: Zone
  readonly env: Environment
  /** Names of variables that look like those of secrets and are none. */
  readonly allowEnv: readonly string[]
  /** The rows that the query is for, in milliseconds since 1970, where there is a watermark. */
  readonly window?: { readonly from: number; readonly to: number } | undefined
}

/** A placeholder that cannot be filled in. */
export interface TemplateProblem {
  /** Where it begins in the template. */
  readonly at: number
  /** The placeholder as it is written. */
  readonly part: string
  /** How many placeholders of the same text come before it. */
  readonly nth: number
  readonly message: string
}

/** A template with its placeholders filled in; to be used only when there are no problems. */
export interface Substituted {
  readonly text: string
  readonly problems: readonly TemplateProblem[]
}

/** `$${` is the text `${`; a placeholder ends with the next brace. */
const PLACEHOLDER = /\$\$\{|\$\{([^{}]*)\}|\$\{/g

/** A name, offsets, and after a bar a format or a filter. */
const INSIDE = /^\s*([A-Za-z_][\w.]*)\s*((?:[+-]\s*\d+[smhdw]\s*)*)(?:\|\s*(.*?)\s*)?$/s

/** Fills in the placeholders of a template, each once: what a value holds is never looked at again. */
export function substitute(template: string, purpose: Purpose, variables: Variables): Substituted {
  const problems: TemplateProblem[] = []
  const seen = new Map<string, number>()
  const text = template.replace(PLACEHOLDER, (part: string, inside: string | undefined, at: number) => {
    if (part === '$${') return '${'
    const nth = seen.get(part) ?? 0
    seen.set(part, nth + 1)
    try {
      if (inside === undefined)
        throw new RangeError('a placeholder has no end; $${ stands for the text itself')
      const around = { before: template.slice(0, at), after: template.slice(at + part.length) }
      return valueOfPlaceholder(inside, { purpose, variables, around })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      problems.push({ at, part, nth, message: error.message })
      return ''
    }
  })
  return { text, problems }
}

/** A placeholder as it is written in a value: a text, or those of a list or mapping. */
export function placeholderIn(value: unknown): string | undefined {
  if (typeof value === 'string')
    return /(?<!\$)\$\{\s*(?:date|scheduled_time|name|env\.|watermark\.)[^{}]*\}/.exec(value)?.[0]
  if (typeof value !== 'object' || value === null) return undefined
  for (const each of Object.entries(value).flat()) {
    const found = placeholderIn(each)
    if (found !== undefined) return found
  }
  return undefined
}

interface Place {
  readonly purpose: Purpose
  readonly variables: Variables
  readonly around: Around
}

function valueOfPlaceholder(inside: string, place: Place): string {
  const [, name, offsets = '', after] = INSIDE.exec(inside) ?? []
  if (name === undefined) {
    throw new RangeError(
      `\${${inside}} is no placeholder, as \${date}, \${date - 1d} and \${env.NAME | sql} are`,
    )
  }
  if (name === 'date' || name === 'scheduled_time') return timeText(name, offsets, after, place.variables)
  if (name === 'watermark.from' || name === 'watermark.to') return windowText(name, offsets, after, place)
  if (offsets !== '') throw new RangeError(`\${${name}} is no time, so nothing can be added to it`)
  if (name.startsWith('env.')) return environmentText(name.slice(4), after, place)
  if (name !== 'name') throw unknown(name, place.variables)
  if (after !== undefined) throw new RangeError('the placeholder name takes neither format nor filter')
  return place.variables.name
}

function timeText(name: string, offsets: string, format: string | undefined, variables: Variables): string {
  const { zone, scheduledTime } = variables
  const at = moved(scheduledTime, offsets, zone)
  if (format === undefined) return name === 'date' ? formatTime(at, '%F', zone) : isoTime(at, zone)
  if (!format.includes('%')) throw new RangeError(`the format ${format} has no conversion, such as %Y%m%d`)
  return formatTime(at, format, zone)
}

/** Seconds since 1970, as the column `time` of tables has them, or a format. */
function windowText(
  name: 'watermark.from' | 'watermark.to',
  offsets: string,
  format: string | undefined,
  { purpose, variables }: Place,
): string {
  const { window, zone } = variables
  if (purpose.kind !== 'sql' && purpose.kind !== 'value') throw new RangeError(`only a query has \${${name}}`)
  if (window === undefined) throw new RangeError(`there is no \${${name}}: set watermark`)
  const at = moved(name === 'watermark.from' ? window.from : window.to, offsets, zone)
  return timeText(name, '', format ?? '%s', { ...variables, scheduledTime: at })
}

function environmentText(
  name: string,
  filter: string | undefined,
  { purpose, variables, around }: Place,
): string {
  if (isApiKeyVariable(name))
    throw new RangeError(`${name} opens the account; it is not to be written anywhere`)
  if (purpose.kind !== 'url' && namesSecret(name) && !variables.allowEnv.includes(name)) {
    throw new RangeError(
      `${name} seems to be a secret, or a URL with one; only result_url may hold it, or list it in allow_env`,
    )
  }
  const value = Object.hasOwn(variables.env, name) ? variables.env[name] : undefined
  if (value === undefined || value === '') {
    throw new RangeError(`the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}`)
  }
  if (holdsApiKey(value, variables.env)) {
    throw new RangeError(`the value of ${name} holds an API key, which opens the account`)
  }
  if (value.includes('\ufffd')) throw new RangeError(`the value of ${name} is not UTF-8`)
  if (filter !== undefined) return filterNamed(filter, purpose)(value, around)
  const why = refusal(value, purpose, around)
  if (why !== undefined) throw new RangeError(`the value of ${name} ${why}`)
  return value
}

/** A key as TD issues it: the number of the account and 40 hexadecimal digits. */
const API_KEY = /\b\d{1,12}\/[0-9a-f]{40}\b/i

/** Shorter keys are those of tests, and parts of ordinary words. */
const SHORTEST_KEY = 8

/** Whether a value has the API key in it, whatever the variable is called. */
function holdsApiKey(value: string, env: Environment): boolean {
  const keys = Object.entries(env).flatMap(([name, key = '']) => (isApiKeyVariable(name) ? [key.trim()] : []))
  return API_KEY.test(value) || keys.some((key) => key.length >= SHORTEST_KEY && value.includes(key))
}

function unknown(name: string, { env }: Variables): RangeError {
  if (env[name] !== undefined) {
    return new RangeError(`there is no \${${name}}; the environment variable is \${env.${name}}`)
  }
  return new RangeError(
    `there is no \${${name}}${suggestion(name, ['date', 'scheduled_time', 'name', 'env.NAME', 'watermark.from', 'watermark.to'])}`,
  )
}
