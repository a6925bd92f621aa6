import { createRequire } from 'node:module'
import type Bindings from '@duckdb/node-bindings'

/**
 * DuckDB's C API, below `@duckdb/node-api`, for reading whole vectors as bytes. Resolved through the package that
 * depends on it, so that it is found however packages are laid out.
 */
const bindings: typeof Bindings = createRequire(createRequire(import.meta.url).resolve('@duckdb/node-api'))(
  '@duckdb/node-bindings',
)

export default bindings
