/** Prints what the process used, start-up included, as one line of JSON: the last thing a contender does. */
export function report() {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const wallMs = performance.now()
  process.stdout.write(
    `${JSON.stringify({ wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: maxRSS / 1024 })}\n`,
  )
}
