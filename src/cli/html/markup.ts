import { escapeControls } from '../terminal/escape.js'

/** The longest text in a page, in UTF-16 units. */
const LONGEST = 400

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup that is fit for a page. Only `html` and `trusted` make some. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | null | undefined | false | readonly Markup[]

/** A template: texts are escaped, for contents and quoted attributes; null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((all, string, i) => all + string + textOf(parts[i]), ''))
}

/** A text of the sources that is markup. */
export function trusted(markup: string): Markup {
  return new Markup(markup)
}

/** A text cut to some UTF-16 units. */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

function textOf(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  return typeof part === 'object' ? part.map(({ text }) => text).join('') : escaped(String(part))
}

/** Control characters and marks that reorder text become visible; a round through UTF-8 leaves no half of a pair. */
function escaped(text: string): string {
  const whole = Buffer.from(escapeControls(cut(text, LONGEST))).toString()
  return whole.replace(/[&<>"']/g, (char) => ENTITIES[char]!)
}
