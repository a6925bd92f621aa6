/** An integer: `1,234,567`. Not by `Intl`, which takes longer to load than a small conversion. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 row`, `1,234 rows` */
export function plural(n: number, noun: string): string {
  return `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in decimal units with three digits: `999 B`, `1.23 MB`, `45.6 GB`. */
export function bytes(n: number): string {
  let value = n
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** Milliseconds as people say them: `0.4 s`, `12 s`, `3 m 05 s`, `2 h 04 m`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : wholeSeconds(Math.round(seconds))
}

/** Seconds that are known no better than that: `4 s`, `3 m 05 s`, `2 h 04 m`. */
export function wholeSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${two(seconds % 60)} s`
  return `${grouped(Math.floor(minutes / 60))} h ${two(minutes % 60)} m`
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
