import t from 'tap'
import { withPlainTexts } from '../../src/sandbox/engine/unicode-texts.js'

t.test("U&'…' becomes a plain text, and nothing else changes", async (t) => {
  t.equal(
    withPlainTexts("select U&'a\\000ab\\\\''\\+01f600c', 'U&''\\0041', \"U&'\", u&'\\0041'"),
    "select 'a\nb\\''😀c', 'U&''\\0041', \"U&'\", 'A'",
  )
  for (const same of ["select xU&'\\0041'", "-- U&'\\0041'", "select a & '\\0041'", 'U&'])
    t.equal(withPlainTexts(same), same)
})
