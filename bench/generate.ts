import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Packer } from './packer.js'
import { Random } from './random.js'
import type { Shape } from './shapes.js'

const CHUNK_BYTES = 1024 * 1024
export const DATA_FOLDER = new URL('./data/', import.meta.url)

export interface Dataset {
  readonly path: string
  readonly schemaPath: string
  readonly rows: number
  readonly compressedBytes: number
}

/** Writes the result of a shape to `bench/data/`, unless it is there already. The bytes are the same everywhere. */
export async function dataset(shape: Shape, rows = shape.rows): Promise<Dataset> {
  mkdirSync(DATA_FOLDER, { recursive: true })
  const name = `${shape.name.replaceAll(' ', '-')}-${rows}`
  const path = new URL(`${name}.msgpack.gz`, DATA_FOLDER).pathname
  const schemaPath = new URL(`${name}.schema.json`, DATA_FOLDER).pathname
  if (!existsSync(path)) {
    writeFileSync(schemaPath, JSON.stringify(shape.schema))
    const file = createWriteStream(`${path}.part`)
    await pipeline(
      Readable.from(packedChunks(shape, rows)),
      createGzip({ level: 6, chunkSize: CHUNK_BYTES }),
      file,
    )
    renameSync(`${path}.part`, path)
  }
  return { path, schemaPath, rows, compressedBytes: statSync(path).size }
}

/** The rows of a shape in msgpack, in chunks of about a MiB. The bytes are the same everywhere. */
export function* packedChunks(shape: Shape, rows: number): Generator<Buffer> {
  const packer = new Packer()
  const random = new Random(20_261_101)
  for (let i = 0; i < rows; i++) {
    shape.row(packer, random, i)
    if (packer.size >= CHUNK_BYTES) yield packer.take()
  }
  yield packer.take()
}
