/** What failed in a program that tells in TAP what it tested; nothing where all passed. `timeout`: in seconds. */
export function runFile(
  file: string,
  options: { timeout: number; env?: Record<string, string> },
): Promise<string>
