import { Buffer } from 'node:buffer'

/** The characters of windows-1252 in 0x80 to 0x9f; the rest is ISO 8859-1: https://encoding.spec.whatwg.org/#index-windows-1252 */
const UPPER_CONTROLS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** Labels of windows-1252, those of ISO 8859-1 and ASCII among them: https://encoding.spec.whatwg.org/#names-and-labels */
const LABELS: ReadonlySet<string> = new Set([
  ...['ansi_x3.4-1968', 'ascii', 'us-ascii', 'cp1252', 'windows-1252', 'x-cp1252'],
  ...['cp819', 'ibm819', 'iso-8859-1', 'iso-ir-100', 'iso8859-1', 'iso88591', 'iso_8859-1', 'l1', 'latin1'],
])

/** Whether a label, in lower case, names it. */
export function isWindows1252(label: string): boolean {
  return LABELS.has(label)
}

/**
 * Reads windows-1252, in which every byte is a character. `TextDecoder` of Node 20 and 22 takes it for ISO 8859-1, and lacks it
 * where Node was built with few encodings.
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (control) => UPPER_CONTROLS[control.charCodeAt(0) - 0x80]!)
}
