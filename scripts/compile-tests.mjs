// Compiles the sources and tests, file by file, to `compiled/`, from where they run. A loader that compiles
// modules as they are imported does so anew in each of 200 processes: it took 1.7 of the 2.4 s of a small test.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, transform } from 'esbuild'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Relative to the project's folder, as what stands in it. */
export const COMPILED = 'compiled'
const FOLDERS = ['src', 'test', 'bench', 'scripts', 'examples']

/** Compiles everything; what an earlier call left behind is gone. */
export async function compileTests() {
  await rm(join(ROOT, COMPILED), { recursive: true, force: true })
  await bundleTap()
  for (const folder of FOLDERS) {
    const entries = await readdir(join(ROOT, folder), { recursive: true })
    await Promise.all(
      entries
        .filter((name) => /\.(ts|mjs)$/.test(name) && !name.startsWith(join('kernel', 'assembly')))
        .map((name) => compile(join(folder, name))),
    )
  }
}

/** Makes one file of tap, for all that is compiled: each of its modules that Node opens by itself takes time in each test. */
async function bundleTap() {
  const folder = join(ROOT, COMPILED, 'node_modules/tap')
  await build({
    entryPoints: [fileURLToPath(import.meta.resolve('tap'))],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Packages of CommonJS inside of it ask for modules of Node.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  })
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "exports": "./index.js" }\n')
}

/** `file`: relative to the project's folder. */
async function compile(file) {
  const source = join(ROOT, file)
  const { code } = await transform(await readFile(source, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: source,
    sourcemap: 'inline',
    sourcesContent: false,
    // Files beside a module (fixtures, kernels, pages) are where its source is.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(source)) },
    tsconfigRaw: { compilerOptions: { target: 'es2023', verbatimModuleSyntax: true } },
  })
  const target = join(ROOT, compiledPath(file))
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, code)
}

/** Where the compiled form of `file` is; both relative to the project's folder. */
export function compiledPath(file) {
  return join(COMPILED, file.replace(/\.ts$/, '.js'))
}
