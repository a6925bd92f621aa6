import type { RunStatus, TimeStatus } from '../../manifest/status.js'
import { bytes, duration, grouped, plural } from '../terminal/units.js'
import { html, type Markup } from './markup.js'
import { factList, pageText, plainTable, tableMarkup, valueMarkup } from './page.js'
import { barPlot, ends } from './plots.js'

/** Limits of a page, so that its size has a bound. */
const MOST_EXPORTS = 200
const MOST_PLOTTED = 366
const MOST_LISTED = 60
/** Of all exports together. */
const ALL_PLOTTED = 10_000
const ALL_LISTED = 3_000

type ExportStatus = RunStatus['exports'][number]

/** The colour of a state, which its name says as well. */
const KIND: Readonly<Record<TimeStatus['status'], 'good' | 'bad' | 'warn' | 'dim'>> = {
  complete: 'good',
  gone: 'bad',
  failed: 'bad',
  begun: 'warn',
  missing: 'warn',
  'not yet': 'dim',
}

/** A page about the exports of a manifest. `now` is in milliseconds since 1970. */
export function statusPage(status: RunStatus, now: number): string {
  const exports = status.exports.slice(0, MOST_EXPORTS)
  const left = status.exports.length - exports.length
  const times = status.exports.flatMap((one) => one.times)
  const failed = times.filter((time) => time.status === 'failed').length
  const missing = status.exports.reduce((sum, one) => sum + one.missing, 0)
  return pageText({
    title: status.manifest.replace(/^.*[/\\]/, ''),
    subtitle: `${plural(status.exports.length, 'export')}; scheduled times are those of ${status.timezone}`,
    facts: [
      ['exports', grouped(status.exports.length)],
      ['scheduled times', grouped(times.length)],
      ['complete', grouped(times.filter((time) => time.status === 'complete').length)],
      ['failed', grouped(failed)],
      ['not complete', grouped(missing)],
      ['rows', grouped(sum(times, ({ rows }) => rows))],
      ['size', bytes(sum(times, (time) => time.bytes))],
    ],
    body: [
      ...(exports.length > 1 ? [html`<h2>Exports</h2>`, overview(exports)] : []),
      ...exports.map((one, i) => section(one, i, exports.length)),
      ...(left > 0
        ? [html`<p class="dim">${plural(left, 'more export')} not shown; --only chooses one.</p>`]
        : []),
    ],
    now,
  })
}

function overview(exports: readonly ExportStatus[]): Markup {
  const rows = exports.map(({ name, missing, times }, i) => {
    const done = times.find(({ status }) => status === 'complete')
    return [
      html`<a href="#e${i}">${valueMarkup(name)}</a>`,
      html`${times[0] && chip(times[0])}`,
      html`${done?.scheduledTime ?? ''}`,
      html`${done?.rows === undefined ? '' : grouped(done.rows)}`,
      html`${done?.durationMs === undefined ? '' : duration(done.durationMs)}`,
      html`${grouped(missing)}`,
    ]
  })
  const headings = [
    ['export'],
    ['latest'],
    ['last complete'],
    ['rows', 'n'],
    ['took', 'n'],
    ['not complete', 'n'],
  ] as const
  return tableMarkup('Exports', headings, rows)
}

function section({ name, missing, times }: ExportStatus, at: number, exports: number): Markup {
  const done = times.filter(({ status }) => status === 'complete')
  const failures = times.filter(({ status }) => status === 'failed')
  const latest = times[0]
  return html`
<section id="e${at}" aria-labelledby="h${at}">
<div class="row"><h2 id="h${at}">${valueMarkup(name)}</h2>${latest && chip(latest)}${
    missing > 0 &&
    html`<span class="warn">${grouped(missing)} of ${grouped(times.length)} not complete</span>`
  }</div>
${factList([
  ['last complete', done[0]?.scheduledTime],
  ['rows then', done[0]?.rows === undefined ? null : grouped(done[0].rows)],
  ['size then', done[0]?.bytes === undefined ? null : bytes(done[0].bytes)],
  ['took', done[0]?.durationMs === undefined ? null : duration(done[0].durationMs)],
  ['failures', grouped(failures.length)],
])}
<p></p>
${plots(times.slice(0, Math.min(MOST_PLOTTED, ALL_PLOTTED / exports)))}
${timesTable(name, times, Math.floor(Math.min(MOST_LISTED, ALL_LISTED / exports)))}
</section>`
}

/** The oldest on the left. A failure is a short bar of another colour, and its tooltip says what it is. */
function plots(times: readonly TimeStatus[]): Markup | null {
  const plotted = times.toReversed()
  if (!plotted.some(({ rows, durationMs }) => rows !== undefined || durationMs !== undefined)) return null
  return html`<div class="plots">${[
    plot('rows', plotted, ({ rows }) => rows, grouped),
    plot('duration', plotted, ({ durationMs }) => durationMs, duration),
  ]}</div>`
}

function plot(
  what: string,
  times: readonly TimeStatus[],
  read: (time: TimeStatus) => number | undefined,
  text: (value: number) => string,
): Markup {
  const bars = times.map((time) => {
    const value = read(time)
    const told = value === undefined ? time.status : text(value)
    return { label: `${time.scheduledTime}: ${told}`, value, isBad: KIND[time.status] === 'bad' }
  })
  const most = Math.max(...bars.map(({ value = 0 }) => value))
  const [first, last] = [times[0]!.scheduledTime, times.at(-1)!.scheduledTime]
  return html`<div class="plot"><h4><span>${what} by scheduled time</span><span>most: ${text(most)}</span></h4>
${barPlot(`${what} by scheduled time, from ${first} to ${last}; the most is ${text(most)}`, bars)}${ends(shortTime(first), times.length > 1 ? shortTime(last) : '')}</div>`
}

/** Below a plot: the day alone where a day is what is scheduled. */
function shortTime(time: string): string {
  return time.replace(/T00:00:00\b.*$/, '').replace('T', ' ')
}

function timesTable(name: string, times: readonly TimeStatus[], most: number): Markup {
  const rows = times
    .slice(0, most)
    .map((time) => [
      html`${time.scheduledTime}`,
      chip(time),
      html`${time.rows === undefined ? '' : grouped(time.rows)}`,
      html`${time.bytes === undefined ? '' : bytes(time.bytes)}`,
      html`${time.durationMs === undefined ? '' : duration(time.durationMs)}`,
      html`${time.at ?? ''}`,
      html`${time.jobId ?? ''}`,
    ])
  const left = times.length - rows.length
  const headings = [
    ['scheduled time'],
    ['state'],
    ['rows', 'n'],
    ['size', 'n'],
    ['took', 'n'],
    ['ended'],
    ['job', 'n'],
  ] as const
  const more =
    left > 0 ? html`<p class="dim">${plural(left, 'earlier time')} not listed; --json has them.</p>` : null
  const table = tableMarkup(`Scheduled times of ${name}`, headings, rows)
  return rows.length <= 14
    ? html`${table}${more}`
    : html`${tableMarkup(`Latest times of ${name}`, headings, rows.slice(0, 7))}<details><summary>${plural(rows.length - 7, 'earlier time')}</summary>${plainTable(headings, rows.slice(7))}${more}</details>`
}

function chip({ status, code }: TimeStatus): Markup {
  return html`<span class="chip ${KIND[status]}">${status}${code !== undefined && ` ${code}`}</span>`
}

function sum(times: readonly TimeStatus[], read: (time: TimeStatus) => number | undefined): number {
  return times.reduce((all, time) => all + (read(time) ?? 0), 0)
}
