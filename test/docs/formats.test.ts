import { readFileSync } from 'node:fs'
import t from 'tap'
import { OPTION_ROWS } from '../../src/model/formats.js'
import { defaultText } from '../../src/model/option-values.js'

t.test('the comment of each option says its sentence and its default', async (t) => {
  const source = readFileSync(new URL('../../src/model/formats.ts', import.meta.url), 'utf8')
  for (const [name, row] of OPTION_ROWS) {
    const [, comment = ''] =
      new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s*\\n  ${name}: \\{`, 's').exec(source) ?? []
    const text = comment.replace(/\s+(\*\s)?/g, ' ').trim()
    t.ok(text.toLowerCase().startsWith(row.help.toLowerCase()), `${name}: ${text}`)
    t.equal(/ @default (.*)$/.exec(text)?.[1], defaultText(row), name)
  }
})
