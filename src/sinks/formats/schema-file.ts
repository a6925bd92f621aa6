import { stat } from 'node:fs/promises'
import { asSluiceError } from '../../abort.js'
import { AGE_ENDING } from '../../model/age-recipient.js'
import { FORMATS } from '../../model/formats.js'
import type { AnySinkOptions } from '../../model/option-types.js'
import type { Plan } from '../../model/plan.js'
import type { OpenSink, Sink, SinkContext, SinkResult, WrittenFile } from '../contract.js'
import { hashWrites } from '../digest.js'
import { encrypting } from '../targets/encrypted.js'
import type { Target } from '../targets/index.js'
import { Member } from '../together.js'

const ENDING = '.schema.json'

/** The file beside `path` that keeps the names and types of its columns, encrypted as that is. */
export function schemaFileOf(path: string, isEncrypted = false): string {
  return `${path}${endingOf(isEncrypted)}`
}

function endingOf(isEncrypted: boolean): string {
  return isEncrypted ? `${ENDING}${AGE_ENDING}` : ENDING
}

/** The files that may tell the schema of `path`, the best first: `x.schema.json` may be one for all formats of `x`. */
export function schemaFilesFor(path: string): string[] {
  const [extension] = FORMATS.msgpack.extensions
  const stem = path.replace(/\.(?:gz|zst)$/i, '')
  const base = stem.toLowerCase().endsWith(extension) ? stem.slice(0, -extension.length) : stem
  return [...new Set([path, base])].map((each) => schemaFileOf(each))
}

/** The columns that a plan writes, as names and types. */
export function writtenColumns({ columns, schema }: Plan): { name: string; type: string }[] {
  return columns.map(({ name, source, cast }) => ({ name, type: cast ?? schema.columns[source]!.typeText }))
}

/**
 * A sink of msgpack that writes the schema into a file beside its own, as msgpack has no room for one. Both become final
 * together. A place that is no file, such as a pipe, gets none.
 */
export function withSchemaFile(
  sink: Sink,
  target: Target,
  { clobber, encryptTo }: Pick<AnySinkOptions, 'clobber' | 'encryptTo'> = {},
): Sink {
  const { location } = target
  const plain = target.beside?.(endingOf(encryptTo !== undefined))
  if (location === undefined || plain === undefined) return sink
  const beside = encrypting(plain, encryptTo)
  return {
    ...sink,
    prepare: async () => {
      await sink.prepare?.()
      if (await mayBeFile(location)) await beside.prepare({ clobber })
    },
    open: async (context) => {
      if (!(await mayBeFile(location))) return sink.open(context)
      const schema = await Member.open(schemaSink(beside, clobber), context)
      // Sealed before the rows become final, so that only its rename comes after theirs.
      const beforePublish = async () => {
        await schema.end()
        await schema.seal()
        await context.beforePublish?.()
      }
      try {
        return new WithSchema(await sink.open({ ...context, beforePublish }), schema)
      } catch (error) {
        await schema.discard(error as Error)
        throw error
      }
    },
  }
}

async function mayBeFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined || found.isFile()
}

/** Writes the names and types of the columns, and no rows. */
function schemaSink(target: Target, clobber: boolean | undefined): Sink {
  return {
    format: 'schema',
    open: async (context) => {
      const output = await target.open({ ...context, clobber })
      const digest = context.hashOutput ? hashWrites(output) : undefined
      output.writable.write(Buffer.from(schemaText(context)))
      return {
        input: output.writable,
        rows: 0,
        commit: async () => {
          await output.commit()
          const { path, bytesWritten: bytesOut } = output
          return { path, bytesOut, sha256: digest?.(), replacedTexts: 0 }
        },
        discard: () => output.discard(),
      }
    },
  }
}

function schemaText({ plan }: SinkContext): string {
  return `${JSON.stringify({ schema: writtenColumns(plan) }, null, 2)}\n`
}

class WithSchema implements OpenSink {
  readonly input: OpenSink['input']
  readonly copiesInput: boolean
  readonly #rows: OpenSink
  readonly #schema: Member

  constructor(rows: OpenSink, schema: Member) {
    this.input = rows.input
    this.copiesInput = rows.copiesInput ?? false
    this.#rows = rows
    this.#schema = schema
  }

  get rows(): number {
    return this.#rows.rows
  }

  async commit(): Promise<SinkResult> {
    try {
      const result = await this.#rows.commit()
      const schema = await this.#schema.publish()
      return { ...result, files: [fileOf(result, this.rows), fileOf(schema, 0)] }
    } catch (error) {
      await this.#schema.discard(asSluiceError(error))
      throw error
    }
  }

  async discard(): Promise<void> {
    await this.#rows.discard()
    await this.#schema.discard(new Error('the output was discarded'))
  }
}

function fileOf({ path, bytesOut: bytes, sha256 }: SinkResult, rows: number): WrittenFile {
  return { path: path!, rows, bytes, ...(sha256 !== undefined && { sha256 }) }
}
