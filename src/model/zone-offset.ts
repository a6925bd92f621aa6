/**
 * Opens a zone of the IANA database, `Asia/Tokyo` for example: a function that says how far its clocks are ahead of UTC
 * at an instant. Both are in milliseconds, the instant since 1970; NaN for an instant that `Date` cannot hold. By the
 * time zone data that Node brings. Opening takes much longer than asking.
 *
 * @throws RangeError for an unknown name.
 */
export function zoneOffset(timeZone: string): (instant: number) => number {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const date = new Date(instant)
    if (Number.isNaN(date.getTime())) return Number.NaN
    const parts = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]))
    const year = parts.era?.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year)
    // Date.UTC takes the years 0 to 99 for 1900 to 1999.
    const shown = new Date(0)
    shown.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day))
    shown.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second))
    return shown.getTime() - Math.floor(instant / 1000) * 1000
  }
}
