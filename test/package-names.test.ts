import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { namesOfPackage } from '../src/package-names.js'

const SOURCE = fileURLToPath(new URL('../src/package-names.ts', import.meta.url))

t.test('a module with names of its own is taken as it is', async (t) => {
  const module = { Agent: class {} }
  t.equal(namesOfPackage(module), module)
})

t.test('a package of CommonJS has its names, imported by Node and in a bundle of chunks', async (t) => {
  const folder = t.testdir({
    'package.json': '{ "type": "module" }',
    'program.js': `import { namesOfPackage } from ${JSON.stringify(SOURCE)}
      console.log(namesOfPackage(await import('commonjs')).Agent)`,
  })
  const installed = join(folder, 'node_modules/commonjs')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(installed, 'package.json'), '{}')
  writeFileSync(join(installed, 'index.js'), "module.exports = { Agent: 'an agent' }")
  t.equal(namesOfPackage(await import(join(installed, 'index.js'))).Agent, 'an agent')
  const chunks = join(folder, 'chunks')
  await build({
    entryPoints: [join(folder, 'program.js')],
    outdir: chunks,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
  })
  writeFileSync(join(chunks, 'package.json'), '{ "type": "module" }')
  t.equal(execFileSync(process.execPath, ['program.js'], { cwd: chunks, encoding: 'utf8' }), 'an agent\n')
})
