import { spawnSync } from 'node:child_process'
import zlib from 'node:zlib'
import { decompress } from 'fzstd'
import t from 'tap'
import { prepareCodec, zstdCompress } from '../../../../src/sinks/formats/columns/zstd.js'
import { importable, programArgs } from '../../../support/process/modules.js'

t.test('every Node has zstd, with a level or without', async (t) => {
  await prepareCodec({ codec: 'zstd' })
  const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i % 977} ${i % 31}\n`).join(''))
  const lengths = [undefined, 1, 3, 19].map((level) => {
    const packed = zstdCompress(text, level)
    t.ok(text.equals(decompress(packed)), `level ${level}`)
    return packed.length
  })
  t.equal(lengths[0], lengths[2])
  t.ok(lengths[3]! < lengths[1]!, lengths.join(' '))
  t.equal(decompress(zstdCompress(new Uint8Array())).length, 0)
})

const HOOK = `export const resolve = (name, context, next) => {
  if (name === '@bokuweb/zstd-wasm') throw new Error('not there')
  return next(name, context)
}`
const asUrl = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`
const HIDE = asUrl(`import { register } from 'node:module'; register(${JSON.stringify(asUrl(HOOK))})`)

const skip = 'zstdCompressSync' in zlib && 'this Node has zstd'

t.test(
  'where neither Node nor a package has it, nothing is begun, and the ways out are named',
  { skip },
  async (t) => {
    const program = `
    const { arrow, parquet } = await import(${importable(new URL('../../../../src/index.ts', import.meta.url))})
    const { folderSink } = await import(${importable(new URL('../../../../src/sinks/partition/folder-sink.ts', import.meta.url))})
    const files = { format: 'parquet', compression: 'none', extension: 'parquet', options: { codec: 'zstd' }, columns: ['a'] }
    for (const sink of [
      parquet('never.parquet', { codec: 'zstd' }),
      arrow('never.arrow', { bufferCodec: 'zstd' }),
      folderSink(files, { folder: 'never' }),
    ]) {
      await sink.prepare().then(
        () => console.log('prepared'),
        ({ code, message, hint }) => console.log(code, message, hint),
      )
    }`
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', HIDE, ...programArgs(program)], {
      encoding: 'utf8',
      cwd: t.testdir(),
    })
    const lines = ['gzip', 'lz4', 'gzip'].map(
      (codec) =>
        `E_UNSUPPORTED zstd needs Node 22.15 or 23.8, or the package @bokuweb/zstd-wasm; this is Node ${process.versions.node} npm install @bokuweb/zstd-wasm, or use the codec ${codec}`,
    )
    t.equal(stdout, `${lines.join('\n')}\n`, stderr)
  },
)
