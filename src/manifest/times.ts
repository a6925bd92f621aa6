import { messageOf, SluiceError } from '../errors.js'
import { DAY_MS } from '../model/duration.js'
import { nextPeriod, parseTime, periodStart, type Schedule } from './schedule.js'
import { instantOf, wallClock, type Zone } from './zone.js'

/** Which scheduled times a start is for; without any of them the present one. */
export interface TimeChoice {
  /** This time, as a user writes it, whether the schedule has it or not. */
  readonly scheduledTime?: string | undefined
  /** All scheduled times from here on, as a user writes it. */
  readonly from?: string | undefined
  /**
   * The last of those; a day without a time stands for the whole day.
   *
   * @default the present one
   */
  readonly to?: string | undefined
  /** The last scheduled times, that many, the present one included. */
  readonly last?: number | undefined
}

/** Most scheduled times of one start. */
export const MOST_TIMES = 100_000

/**
 * The scheduled times that a start is for, in order, in milliseconds since 1970.
 *
 * @throws SluiceError `E_USAGE` for an invalid time, choices that exclude each other, and a range without a scheduled
 * time.
 */
export function chosenTimes(choice: TimeChoice, schedule: Schedule, zone: Zone, now: number): number[] {
  const { scheduledTime, from, to, last } = choice
  const given = [
    ...(scheduledTime === undefined ? [] : ['--scheduled-time']),
    ...(from === undefined && to === undefined ? [] : ['--from']),
    ...(last === undefined ? [] : ['--last']),
  ]
  if (given.length > 1) throw new SluiceError('E_USAGE', `${given.join(' and ')} exclude each other`)
  const present = periodStart(now, schedule, zone)
  if (scheduledTime !== undefined) return [timeOf('--scheduled-time', scheduledTime, zone)]
  if (last !== undefined) return latestTimes(last, present, schedule, zone)
  if (from !== undefined) return between(from, to, present, schedule, zone)
  if (to !== undefined) throw new SluiceError('E_USAGE', '--to needs --from')
  return [present]
}

function timeOf(option: string, text: string, zone: Zone): number {
  try {
    return parseTime(text, zone)
  } catch (error) {
    throw new SluiceError('E_USAGE', `${option} ${text}: ${messageOf(error)}`)
  }
}

function latestTimes(count: number, present: number, schedule: Schedule, zone: Zone): number[] {
  const times = [present]
  while (times.length < count) times.push(periodStart(times.at(-1)! - 1, schedule, zone))
  return times.reverse()
}

function between(
  from: string,
  to: string | undefined,
  present: number,
  schedule: Schedule,
  zone: Zone,
): number[] {
  const first = timeOf('--from', from, zone)
  const last = to === undefined ? present : endOf(to, zone)
  if (first > last)
    throw new SluiceError('E_USAGE', `--from ${from} is after ${to === undefined ? 'now' : `--to ${to}`}`)
  if (first > present) throw new SluiceError('E_USAGE', `--from ${from} is still to come`)
  const begun = periodStart(first, schedule, zone)
  const times: number[] = []
  // A time in the future has nothing to export.
  const end = Math.min(last, present)
  for (
    let at = begun === first ? begun : nextPeriod(begun, schedule, zone);
    at <= end;
    at = nextPeriod(at, schedule, zone)
  ) {
    if (times.push(at) > MOST_TIMES)
      throw new SluiceError('E_USAGE', `there are more than ${MOST_TIMES} scheduled times from ${from} on`)
  }
  if (times.length > 0) return times
  throw new SluiceError('E_USAGE', `the schedule has no time from ${from} to ${to ?? 'now'}`, {
    hint: 'a range holds the times at which periods of the schedule begin',
  })
}

/** The last moment that `--to` means. */
function endOf(to: string, zone: Zone): number {
  const at = timeOf('--to', to, zone)
  if (!/^\d{4}-\d\d-\d\d$/.test(to)) return at
  return instantOf(wallClock(at, zone).getTime() + DAY_MS, zone) - 1
}
