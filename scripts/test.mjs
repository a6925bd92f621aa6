// `npm test`: every test file, or those that the arguments name. Needs a build and `tap build`.
import { runTap } from './tap-report.mjs'

const { status, red } = await runTap(process.argv.slice(2), { print: (line) => console.log(line) })
if (red.length > 0) {
  console.log(`\n${red.length} test file${red.length === 1 ? '' : 's'} failed:`)
  for (const { file, text } of red) console.log(`\n${file}\n${text}`)
}
process.exitCode = status === 0 && red.length > 0 ? 1 : (status ?? 1)
