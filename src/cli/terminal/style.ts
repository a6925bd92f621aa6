import type { Context } from '../context.js'

type Paint = (text: string) => string

/** Colours for one stream, or none. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

/** `--color <when>`, or false for `--no-color`; undefined is `auto`. */
export type ColorChoice = 'auto' | 'always' | 'never' | false | undefined

export function styleFor(isTerminal: boolean, env: Context['env'], choice: ColorChoice): Style {
  return wantsColor(isTerminal, env, choice) ? COLORS : PLAIN
}

function wantsColor(isTerminal: boolean, env: Context['env'], choice: ColorChoice): boolean {
  if (choice === 'always') return true
  if (choice === 'never' || choice === false) return false
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
}

const sgr =
  (open: number, close: number): Paint =>
  (text) =>
    `\x1b[${open}m${text}\x1b[${close}m`

const COLORS: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
}

const same: Paint = (text) => text
const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }
