// A sink of one's own: rows go to a web service in batches, and count only when the whole result was good.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, query, rowsTo, type Sink } from 'td-sluice'
import type { OpenSink, SinkContext } from 'td-sluice/advanced'

/** Sends batches to `url`, then `commit` or `rollback`. */
function service(url: string): Sink {
  const send = async (action: string, body?: unknown) => {
    const reply = await fetch(`${url}/${action}`, { method: 'POST', body: JSON.stringify(body ?? null) })
    if (!reply.ok) throw new Error(`${action}: ${reply.status}`)
  }
  // Framing, typed rows, backpressure and the limit are those of `rowsTo`; what is new is how the run ends.
  const rows = rowsTo((batch) => send('rows', batch))
  return {
    format: 'service',
    open: async (context: SinkContext): Promise<OpenSink> => {
      const opened = await rows.open(context)
      return {
        input: opened.input,
        get rows() {
          return opened.rows
        },
        commit: async () => {
          await context.beforePublish?.()
          await send('commit')
          return opened.commit()
        },
        discard: async () => {
          await opened.discard()
          await send('rollback').catch(() => {})
        },
      }
    },
  }
}

const received: string[] = []
const server = createServer((request, response) => {
  received.push(request.url ?? '')
  request.resume().on('end', () => response.end())
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  await pipeline(
    query('select path, code from www_access limit 50', { database: 'sample_datasets' }),
    service(`http://127.0.0.1:${port}`),
  )
  console.log(received.join(' '))
  server.close()
})
