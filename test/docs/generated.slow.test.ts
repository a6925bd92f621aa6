import t from 'tap'
import { PAGES } from '../../scripts/docs/index.js'
import { renewed } from '../../scripts/docs/page.js'

for (const page of PAGES) {
  t.test(`${page.path} shows what the code says`, async (t) => {
    const { before, after } = await renewed(page)
    t.equal(before, after, 'run `npm run docs`')
  })
}
