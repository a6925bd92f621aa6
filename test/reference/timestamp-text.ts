import type { ExtData } from '@msgpack/msgpack'

/** 400 years have the same number of days each time, and `Date` knows about 270 thousand years around 1970. */
const CYCLE_YEARS = 400n
const CYCLE_SECONDS = 146_097n * 86_400n

/** The text of a timestamp, or undefined for another extension and for what is no timestamp after all. */
export function timestampText(value: ExtData): string | undefined {
  const data = Buffer.from(value.data as Uint8Array)
  if (value.type !== -1) return undefined
  if (data.length === 4) return instant(BigInt(data.readUInt32BE()), 0)
  if (data.length === 8) {
    const both = data.readBigUInt64BE()
    return instant(both & 0x3_ffff_ffffn, Number(both >> 34n))
  }
  return data.length === 12 ? instant(data.readBigInt64BE(4), data.readUInt32BE()) : undefined
}

function instant(seconds: bigint, nanoseconds: number): string | undefined {
  if (nanoseconds >= 1e9) return undefined
  const cycles = seconds / CYCLE_SECONDS
  const iso = new Date(Number((seconds % CYCLE_SECONDS) * 1000n)).toISOString()
  const [, year, rest] = /^(\d+)(-.*)\.000Z$/.exec(iso)!
  const nine = String(nanoseconds).padStart(9, '0')
  const shown = nine.endsWith('000000') ? 3 : nine.endsWith('000') ? 6 : 9
  const fraction = nanoseconds === 0 ? '' : `.${nine.slice(0, shown)}`
  return `${yearText(BigInt(year!) + cycles * CYCLE_YEARS)}${rest}${fraction}Z`
}

function yearText(year: bigint): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return year < 0 ? `-${String(-year).padStart(6, '0')}` : `+${String(year).padStart(6, '0')}`
}
