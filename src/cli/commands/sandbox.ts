import { once } from 'node:events'
import type { Command } from 'commander'
import { duration, integer, size } from '../options/parse.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

interface SandboxCommandOptions {
  port: number
  latency?: number
  throttle?: number
  fault?: string[]
}

const repeated = (text: string, previous: readonly string[] = []): string[] => [...previous, text]

export function sandbox(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'sandbox',
    summary: 'serve a local Treasure Data API for trying and testing',
    description:
      'Serve a local Treasure Data API until Ctrl-C, with DuckDB running the SQL. Prints on stdout what to paste ' +
      'into another shell.',
    examples: [
      'td-sluice sandbox --port 8080',
      'td-sluice sandbox --table trips=trips.parquet --throttle 10MB --latency 50ms',
    ],
  })
    .optionsGroup('Server:')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', integer(0, 65_535), 0)
    .optionsGroup('Network:')
    .option('--throttle <size>', 'bytes a second for each connection, such as 10MB', size)
    .option('--latency <duration>', 'delay of each reply, such as 50ms', duration)
    .option('--fault <fault>', 'what goes wrong, such as status:503x2@issue; may be repeated', repeated)
  command.action(async () => {
    const { port, throttle, latency, fault } = command.opts<SandboxCommandOptions>()
    const { context, reporter } = session
    session.untilStopped = true
    const { SANDBOX_API_KEY, startSandbox } = await import('../../sandbox/index.js')
    const server = await startSandbox({
      port,
      ...(throttle !== undefined && { bytesPerSecond: throttle }),
      ...(latency !== undefined && { latencyMs: latency }),
      ...(fault !== undefined && { faults: fault }),
    })
    try {
      context.stdout.write(`export TD_API_SERVER=${server.url}\nexport TD_API_KEY=${SANDBOX_API_KEY}\n`)
      reporter.info(`serving ${server.url} until Ctrl-C; paste the two lines into another shell`)
      if (!context.signal.aborted) await once(context.signal, 'abort')
    } finally {
      await server.close()
    }
    reporter.info('stopped')
  })
}
