// The command, from the built package, which tells the processor time of its threads.
import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of one tick of /proc. */
const TICK = 10

const [input, output, format, schemaPath] = process.argv.splice(2)
process.argv.push('convert', input, '--schema', `@${schemaPath}`, '-f', format, '-o', output, '--quiet')
process.on('exit', () => {
  const threads = readdirSync('/proc/self/task').map((id) => ({ id: Number(id), cpuMs: cpuMs(id) }))
  const mainMs = threads.find(({ id }) => id === process.pid).cpuMs
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  const figures = { wallMs: performance.now(), mainMs, cpuMs: (userCPUTime + systemCPUTime) / 1000 }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
})
await import('../../dist/cli/start.cjs')

/** User and system time, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 and 15. */
function cpuMs(thread) {
  const [user, system] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    .split(') ')[1]
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * TICK
}
