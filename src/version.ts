import { createRequire } from 'node:module'

/** The version of this package, as its package.json has it. Found by name, as the bundled code may lie anywhere. */
export const VERSION: string = (
  createRequire(import.meta.url)('td-sluice/package.json') as { version: string }
).version
