// `npm test`: every test file, or those that the arguments name. `--quick`: without those that take long. Needs a build.
import { isSlow, runTests, testFiles } from './run-tests.mjs'

const args = process.argv.slice(2)
const named = args.filter((arg) => arg !== '--quick')
const files = named.length > 0 ? named : await testFiles()
const red = await runTests(args.includes('--quick') ? files.filter((file) => !isSlow(file)) : files, {
  print: (line) => console.log(line),
})
if (red.length > 0) {
  console.log(`\n${red.length} test file${red.length === 1 ? '' : 's'} failed:`)
  for (const { file, text } of red) console.log(`\n${file}\n${text}`)
  process.exitCode = 1
}
