/** Names beyond those of the time zone database, as Java has them; those of summer time are the offset they say. */
const ALIASES: Readonly<Record<string, string>> = {
  JST: 'Asia/Tokyo',
  PST: 'America/Los_Angeles',
  CST: 'America/Chicago',
  IST: 'Asia/Kolkata',
  CTT: 'Asia/Shanghai',
  AET: 'Australia/Sydney',
  ECT: 'Europe/Paris',
  NET: 'Asia/Yerevan',
  PLT: 'Asia/Karachi',
  BST: 'Asia/Dhaka',
  VST: 'Asia/Ho_Chi_Minh',
  ACT: 'Australia/Darwin',
  ART: 'Africa/Cairo',
  KST: 'Asia/Seoul',
}

const OFFSETS: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  UT: 0,
  Z: 0,
  ZULU: 0,
  PDT: -7,
  MDT: -6,
  CDT: -5,
  EDT: -4,
  EST: -5,
  MST: -7,
  HST: -10,
}

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/

const caches = <T>() => new Map<string, T>()

/** The seconds from UTC, of zones that are an offset; `undefined` for others. */
export function offsetOf(zone: string): number | undefined {
  const upper = zone.toUpperCase()
  if (OFFSETS[upper] !== undefined) return OFFSETS[upper] * 3600
  const match = OFFSET.exec(upper)
  if (match === null) return undefined
  const [, sign, hours, minutes = '0'] = match
  const seconds = Number(hours) * 3600 + Number(minutes) * 60
  return Number(hours) > 18 ? undefined : sign === '-' ? -seconds : seconds
}

const names = caches<string | undefined>()

/** The name in the time zone database; `undefined` for what is no zone. */
export function canonicalZone(zone: string): string | undefined {
  if (!names.has(zone)) {
    const name = ALIASES[zone.toUpperCase()] ?? zone
    let known: string | undefined
    try {
      known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
    } catch {
      known = undefined
    }
    names.set(zone, known === undefined ? undefined : name)
  }
  return names.get(zone)
}

const formats = caches<Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      },
    })
  formats.set(zone, format)
  return format
}

function computedOffset(name: string, seconds: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(name).formatToParts(new Date(seconds * 1000)))
    parts[type] = Number(value)
  const local = Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second)
  return local / 1000 - seconds
}

/** Offsets change at quarters of an hour only. */
const STEP = 900
const computed = new Map<string, Map<number, number>>()

/** The seconds from UTC of a zone at a time. Throws for what is no zone. */
export function offsetAt(zone: string, seconds: number): number {
  const fixed = offsetOf(zone)
  if (fixed !== undefined) return fixed
  const name = canonicalZone(zone)
  if (name === undefined) throw new Error(`'${zone}' is not a valid time zone`)
  const step = Math.floor(seconds / STEP)
  let steps = computed.get(name)
  steps ??= new Map()
  computed.set(name, steps)
  let offset = steps.get(step)
  if (offset === undefined) {
    offset = computedOffset(name, step * STEP)
    if (steps.size > 100_000) steps.clear()
    steps.set(step, offset)
  }
  return offset
}

/** Seconds since 1970 of a local time, given as if it were one of UTC. Of two such, the earlier. */
export function instantAt(zone: string, local: number): number {
  const before = offsetAt(zone, local - 86_400)
  const after = offsetAt(zone, local + 86_400)
  const early = local - Math.max(before, after)
  if (offsetAt(zone, early) === Math.max(before, after)) return early
  const late = local - Math.min(before, after)
  if (offsetAt(zone, late) === Math.min(before, after)) return late
  // In the gap of a clock put forward: Java moves on by its length.
  return local - before
}

/** Short names that Java has for zones where JavaScript says GMT+9 or the like; with summer time, both of them. */
const SHORT_NAMES: Readonly<Record<string, readonly [winter: string, summer?: string]>> = {
  'Asia/Tokyo': ['JST'],
  'Asia/Seoul': ['KST'],
  'Asia/Kolkata': ['IST'],
  'Asia/Calcutta': ['IST'],
  'Asia/Shanghai': ['CST'],
  'Asia/Hong_Kong': ['HKT'],
  'Europe/London': ['GMT', 'BST'],
  ...Object.fromEntries(
    'Paris Berlin Rome Madrid Vienna Zurich Amsterdam Brussels Stockholm Oslo Copenhagen Prague Warsaw Budapest'
      .split(' ')
      .map((city) => [`Europe/${city}`, ['CET', 'CEST'] as const]),
  ),
}

/** `JST`, `PDT`: the name of a zone at an instant. Throws for zones of which the sandbox knows none. */
export function shortName(zone: string, instant: number): string {
  if (offsetOf(zone) !== undefined) return zone
  const name = canonicalZone(zone) ?? zone
  const known = SHORT_NAMES[name]
  if (known !== undefined) {
    const winter = offsetAt(name, Date.UTC(new Date(instant * 1000).getUTCFullYear(), 0, 1) / 1000)
    return known[1] !== undefined && offsetAt(name, instant) !== winter ? known[1] : known[0]
  }
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'short' }).formatToParts(
    instant * 1000,
  )
  const short = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  if (/^[A-Z]{2,5}$/.test(short)) return short
  throw new Error(
    `the sandbox does not know the short name of the time zone ${zone}; write the offset with Z`,
  )
}
