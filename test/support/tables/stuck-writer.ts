import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { importable, programArgs } from '../process/modules.js'

/** When a writer says that it is there, and goes no further: with the first rows sent, or when only COMMIT is left. */
export type StuckAt = 'rows' | 'commit'

const urlOf = (path: string) => importable(new URL(path, import.meta.url))

/**
 * Starts a process that writes 5,000 rows with the numbers from 100 on into a table, and gets stuck in the middle of it.
 *
 * @param sink the code that makes the sink
 */
export async function startStuckWriter(sink: string, at: StuckAt): Promise<ChildProcess> {
  const script = `
    import { gzipSync } from 'node:zlib'
    import { duckdb } from ${urlOf('../../../src/duckdb.ts')}
    import { pipeline } from ${urlOf('../../../src/index.ts')}
    import { postgres } from ${urlOf('../../../src/postgres.ts')}
    import { memorySource, packRows } from ${urlOf('../msgpack/encoded-results.ts')}
    setInterval(() => {}, 1000)
    const stuck = () => {
      console.log('stuck')
      return new Promise(() => {})
    }
    const rows = gzipSync(packRows(Array.from({ length: 5000 }, (_, i) => [i + 100])))
    async function* first() {
      yield rows
      await stuck()
    }
    const schemaText = '[["n","bigint"]]'
    const at = ${JSON.stringify(at)}
    const source = memorySource(rows, { schemaText, ...(at === 'rows' && { body: first() }) })
    const sink = ${sink}
    await pipeline(source, { ...sink, open: (context) => sink.open({ ...context, beforePublish: stuck }) })`
  const child = spawn(process.execPath, programArgs(script), { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  return child
}

/** Resolves when it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
