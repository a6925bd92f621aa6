import { SluiceError } from '../../errors.js'
import {
  FORMAT_OPTIONS,
  type Format,
  type GivenOptions,
  OPTION_ROWS,
  type OptionName,
  type OptionRow,
} from '../../model/formats.js'
import type { AnySinkOptions } from '../../model/option-types.js'
import { choicesOf, hasOption, listed, requirement } from '../../model/option-values.js'
import { suggestion } from '../../model/suggest.js'

/** How messages call an option: by its name in the library, its flag in the command or its key in a manifest. */
export type Naming = 'name' | 'flag' | 'key'

/** Something wrong with the options of a sink. */
export interface OptionProblem {
  /** The option as its user calls it. */
  readonly called: string
  readonly message: string
  readonly hint?: string
}

/** Everything that is wrong with the options that a caller gave for a format. An option of `undefined` is not given. */
export function optionProblems(
  format: Format,
  given: object,
  naming: Naming = 'name',
  wanted: (row: OptionRow) => boolean = () => true,
): OptionProblem[] {
  const options = Object.entries(given).filter(([, value]) => value !== undefined)
  const has = ([, row]: readonly [string, OptionRow]) => row.formats.includes(format) && wanted(row)
  const known = OPTION_ROWS.filter(has).map(([name]) => name)
  const problems = options.map(([name, value]): OptionProblem | undefined => {
    if (!Object.hasOwn(FORMAT_OPTIONS, name)) {
      return {
        called: name,
        message: `there is no option ${JSON.stringify(name)}${suggestion(name, known)}`,
        hint: `the options of ${format} are ${known.join(', ')}`,
      }
    }
    const row: OptionRow = FORMAT_OPTIONS[name as OptionName]
    const called = callOption(name, row, naming)
    if (!has([name, row])) return { called, ...lacking(format, called, row) }
    const { compression = 'none' } = given as AnySinkOptions
    if (!hasOption(row, format, compression))
      return { called, message: `the option ${called} is for a compressed file, such as x.${format}.gz` }
    const wrong = valueProblem(row, value, format)
    if (wrong !== undefined) return { called, message: `the option ${called} ${wrong}` }
    const rule = row.rule?.(value, given as GivenOptions, format)
    return rule === undefined ? undefined : { called, message: `the option ${called} ${rule}` }
  })
  return problems.filter((problem) => problem !== undefined)
}

/**
 * To be called when a sink is made, before anything runs.
 *
 * @throws SluiceError `E_USAGE` for the first of `optionProblems`.
 */
export function requireOptions(...question: Parameters<typeof optionProblems>): void {
  const [first] = optionProblems(...question)
  if (first !== undefined) throw new SluiceError('E_USAGE', first.message, { hint: first.hint })
}

/** `must be one of a, b, not "c"; did you mean a?`, or `undefined` for a value of the right type. */
export function valueProblem(row: OptionRow, value: unknown, format?: Format): string | undefined {
  const wanted = requirement(row, value, format)
  if (wanted === undefined) return undefined
  const meant = typeof value === 'string' ? meantBy(value, row, format) : ''
  return `must be ${wanted}, not ${shown(value)}${meant}`
}

function meantBy(value: string, row: OptionRow, format: Format | undefined): string {
  const known = row.otherNames?.[value.toLowerCase()]
  return known === undefined ? suggestion(value, choicesOf(row, format)) : `; did you mean ${known}?`
}

function callOption(name: string, { flag, key }: OptionRow, naming: Naming): string {
  return { name, flag: flag?.split(' ')[0], key }[naming] ?? name
}

function lacking(format: Format, called: string, { formats }: OptionRow) {
  return {
    message: `the format ${format} has no option ${called}; ${listed(formats, 'and')} ${formats.length === 1 ? 'has' : 'have'} it`,
    hint: `leave ${called} out, or choose another format`,
  }
}

const SHOWN_CHARACTERS = 40

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_CHARACTERS))
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, SHOWN_CHARACTERS)
}
