import type { Context } from '../context.js'

/** Whether the terminal shows characters beyond ASCII. Windows Terminal says who it is rather than what it knows. */
export function isUtf8(env: Context['env']): boolean {
  if (env.WT_SESSION) return true
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}
