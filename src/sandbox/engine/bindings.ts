import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type Bindings from '@duckdb/node-bindings'

/**
 * DuckDB's C API, below `@duckdb/node-api`, for reading whole vectors as bytes. Resolved through the package that
 * depends on it, so that it is found however packages are laid out.
 */
const bindings: typeof Bindings = createRequire(pathOfApi())('@duckdb/node-bindings')

/** The command also takes it from the current folder, by a hook that only imports go through. */
function pathOfApi(): string {
  const name = '@duckdb/node-api'
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch {
    return createRequire(resolve('package.json')).resolve(name)
  }
}

export default bindings
