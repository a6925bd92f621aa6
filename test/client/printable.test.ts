import t from 'tap'
import { printable, printableLines } from '../../src/client/index.js'
import { hideTargets } from '../../src/secrets/export-target.js'
import { redact } from '../../src/secrets/secret.js'
import { growsEvenly } from '../support/process/growth.js'

t.test('G5: one line of printable text', async (t) => {
  for (const [text, expected] of [
    ['plain', 'plain'],
    ['  a\r\n\tb\u2028c  ', 'a b c'],
    ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['\u009b1m\u0085x', '\\x9b1m x'],
    ['a\u202eb\u2066c\u200fd\ufeffe', 'a\\u202eb\\u2066c\\u200fd\\ufeffe'],
    ['grüße 🎉 日本', 'grüße 🎉 日本'],
    ['x'.repeat(300), `${'x'.repeat(199)}…`],
  ] as const) {
    t.equal(printable(text), expected)
  }
})

t.test('several lines stay several lines', async (t) => {
  t.equal(printableLines('a\r\n\tb\u001b\rc'), 'a\n\tb\\x1b\nc')
})

t.test('secrets are hidden in every form they come back in', async (t) => {
  const secret = 'pa/ss+word'
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  t.equal(redact(forms.join(' '), [secret]), '[hidden] [hidden] [hidden]')
  t.equal(redact('a pw, and nothing', ['pw', '']), 'a pw, and nothing', 'what is too short to be one stays')
  t.equal(hideTargets('td://@/x mysql://me:pw@h/d?a=b'), 'td:///x mysql://h/d')
})

t.test('G7: the time for a text grows no faster than its length', async (t) => {
  for (const part of ['//', '//:', ' ', '\u001b', '@:']) {
    await growsEvenly(t, part, 62_500, printable)
    await growsEvenly(t, part, 62_500, hideTargets)
  }
})
