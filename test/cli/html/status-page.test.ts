import t from 'tap'
import { statusPage } from '../../../src/cli/html/status-page.js'
import type { RunStatus, TimeStatus } from '../../../src/manifest/status.js'

const NOW = Date.UTC(2026, 0, 31, 12)

function complete(day: number, rows = day * 100): TimeStatus {
  const scheduledTime = `2026-01-${String(day).padStart(2, '0')}T00:00:00+09:00`
  return {
    scheduledTime,
    status: 'complete',
    jobId: `${day}`,
    at: scheduledTime,
    rows,
    bytes: rows * 10,
    durationMs: 5000,
  }
}

function status(times: readonly TimeStatus[], name = 'users', count = 1): RunStatus {
  const missing = times.filter((time) => time.status !== 'complete').length
  const exports = Array.from({ length: count }, (_, i) => ({
    name: count > 1 ? `${name}${i}` : name,
    missing,
    times,
  }))
  return { manifest: '/etc/exports.yaml', timezone: 'Asia/Tokyo', state: '/etc/exports.state', exports }
}

t.test('an export has its last time, its numbers, its failures and plots of both', async (t) => {
  const failed: TimeStatus = {
    scheduledTime: '2026-01-30T00:00:00+09:00',
    status: 'failed',
    code: 'E_JOB_FAILED',
    jobId: '9',
  }
  const page = statusPage(status([failed, complete(29), complete(28, 1_234_567)]), NOW)
  t.match(page, '<title>exports.yaml</title>')
  t.match(page, '<dt>last complete</dt><dd>2026-01-29T00:00:00+09:00</dd>')
  t.match(page, '<dt>failures</dt><dd>1</dd>')
  t.match(page, '<span class="chip bad">failed E_JOB_FAILED</span>')
  t.match(page, '1 of 3 not complete')
  t.match(
    page,
    /aria-label="rows by scheduled time, from 2026-01-28T00:00:00\+09:00 to 2026-01-30T00:00:00\+09:00; the most is 1,234,567"/,
  )
  t.match(page, '<title>2026-01-30T00:00:00+09:00: failed</title>')
  t.match(page, 'duration by scheduled time')
  t.match(page, '1,234,567</td>')
})

t.test('names and codes never become markup', async (t) => {
  for (const text of ['<script>x</script>', '"\'><b>', '\u202ex', '\ud800', ']]>']) {
    const times = [{ ...complete(1), scheduledTime: text, jobId: text, at: text, code: text }]
    const page = statusPage({ ...status(times, text), timezone: text, manifest: `/x/${text}` }, NOW)
    t.notMatch(page, /<script|<b>|[\u202e\ud800]/, JSON.stringify(text))
    t.equal(Buffer.from(page).toString(), page)
  }
})

t.test('nothing was exported yet, or there is nothing to export', async (t) => {
  const missing: TimeStatus = { scheduledTime: '2026-01-30', status: 'missing' }
  for (const times of [[], [missing]]) {
    const page = statusPage(status(times), NOW)
    t.notMatch(page.slice(page.indexOf('<body>')), /NaN|undefined|Infinity|null|<svg/)
  }
  t.match(statusPage({ ...status([]), exports: [] }, NOW), '0 exports')
})

t.test('the size of a page has a bound, and what is left out is told', async (t) => {
  const times = Array.from({ length: 1000 }, (_, i) => complete(i))
  const page = statusPage(status(times, 'export', 1000), NOW)
  t.match(page, '800 more exports not shown')
  t.match(page, '985 earlier times not listed')
  t.ok(page.length < 10_000_000, `${page.length}`)
  const one = statusPage(status(times), NOW)
  t.match(one, '940 earlier times not listed')
  t.ok(one.length < 400_000, `${one.length}`)
})
