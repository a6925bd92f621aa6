import { readFileSync } from 'node:fs'

/** Prints what the process used, start-up included, as one line of JSON: the last thing a contender does. */
export function report() {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  const wallMs = performance.now()
  process.stdout.write(
    `${JSON.stringify({ wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: peakKib() / 1024 })}\n`,
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
