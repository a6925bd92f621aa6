import { isExtension } from '../rows/extension.js'
import { timestampText } from '../rows/timestamp.js'
import type { Value } from '../rows/values.js'

const SHOWN = 80

/** The beginning of a value for a message, as JSON where it can be. */
export function shownValue(read: Value): string {
  const value = isExtension(read) ? (timestampText(read) ?? read) : read
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const text = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item))
  const characters = [...text.slice(0, SHOWN * 2)]
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN).join('')}…` : text
}
