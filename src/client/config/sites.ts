/** The public sites of Treasure Data and their API endpoints. */
export const SITES = {
  us01: 'https://api.treasuredata.com',
  jp01: 'https://api.treasuredata.co.jp',
  eu01: 'https://api.eu01.treasuredata.com',
  ap02: 'https://api.ap02.treasuredata.com',
  ap03: 'https://api.ap03.treasuredata.com',
} as const

export type Site = keyof typeof SITES

export const DEFAULT_SITE: Site = 'us01'

export function isSite(text: string): text is Site {
  return Object.hasOwn(SITES, text)
}
