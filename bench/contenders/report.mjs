import { readFileSync } from 'node:fs'

/** Prints what the process used, start-up included, as one line of JSON: the last thing a contender does. */
export function report() {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  const wallMs = performance.now()
  process.stdout.write(
    `${JSON.stringify({ wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, mainMs: mainMs(), peakMiB: peakKib() / 1024 })}\n`,
  )
}

/** Linux counts into `maxRSS` what the parent had when it forked; the high-water mark of /proc begins anew. */
function peakKib() {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    return process.resourceUsage().maxRSS
  }
}

/** Processor time of the main thread, NaN where there is no /proc; https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
function mainMs() {
  try {
    const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1].split(' ')
    // User and system time, in ticks of 10 ms.
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}
