/** Pages in a browser, where one is installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { inspectionPage } from '../../../src/cli/html/inspection-page.js'
import { inspect } from '../../../src/inspect/index.js'

t.setTimeout(600_000)

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
)
const ARGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars']

t.test(
  'a page is drawn in light and dark, and hostile texts stay texts',
  { skip: CHROMIUM === undefined && 'no Chromium is installed' },
  async (t) => {
    const cwd = t.testdir({
      'a.csv': `id,"<script>document.title='owned'</script>",at\n${Array.from({ length: 200 }, (_, i) => `${i},"<img src=x onerror=alert(${i % 5})>",2026-01-01 00:00:${String(i % 60).padStart(2, '0')}\n`).join('')}`,
    })
    const found = await inspect(join(cwd, 'a.csv'), { topValues: 20 })
    const path = join(cwd, 'page.html')
    writeFileSync(path, inspectionPage('a.csv', found, Date.UTC(2026, 0, 31)))
    const url = pathToFileURL(path).href
    const run = (...args: string[]) =>
      execFileSync(CHROMIUM!, [...ARGS, `--user-data-dir=${join(cwd, 'profile')}`, ...args, url], {
        encoding: 'latin1',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    const dom = run('--dump-dom')
    t.match(dom, '<title>a.csv</title>', 'no script has run')
    t.notMatch(dom, /<img|<script/)
    t.match(dom, '<rect class="b"')
    const pictures = [0, 1].map((scheme) => {
      const picture = join(cwd, `${scheme}.png`)
      run(
        `--blink-settings=preferredColorScheme=${scheme}`,
        '--window-size=1280,900',
        `--screenshot=${picture}`,
      )
      return readFileSync(picture)
    })
    for (const picture of pictures) t.ok(picture.length > 10_000, 'something is drawn')
    t.notSame(pictures[0], pictures[1], 'dark is another picture than light')
  },
)
