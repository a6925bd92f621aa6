import { createRequire } from 'node:module'

/** Put in by scripts/bundle.mjs, so that the built package needs no file beside it; not there in the sources. */
declare const PACKAGE_VERSION: string | undefined

/** The version of this package, as its package.json has it. */
export const VERSION: string =
  typeof PACKAGE_VERSION === 'string'
    ? PACKAGE_VERSION
    : (createRequire(import.meta.url)('td-sluice/package.json') as { version: string }).version
