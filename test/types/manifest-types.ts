// Checked by `npm run check`: the types of manifests in programs. Nothing here runs.
import type * as z from 'zod'
import { defineManifest, type ExportDefinition, type ManifestDefinition } from '../../src/manifest/index.js'
import type { exportSchema, manifestSchema } from '../../src/manifest/schema.js'
import { expectTrue, type Same } from './expect.js'

expectTrue<Same<keyof ManifestDefinition, keyof z.input<typeof manifestSchema>>>()
expectTrue<Same<keyof ExportDefinition, keyof z.input<typeof exportSchema>>>()

/** A schema's arrays can be changed; those of programs need not be. */
type Unlocked<T> = T extends object ? { -readonly [K in keyof T]: Unlocked<T[K]> } : T
expectTrue<Unlocked<ManifestDefinition> extends z.input<typeof manifestSchema> ? true : false>()

defineManifest({
  version: 1,
  defaults: {
    database: 'd',
    params: { day: { date: '2026-01-31' }, codes: [200, 404] },
  },
  exports: [{ name: 'a', query: 'select 1', output: 'a.csv', delimiter: ';', cast: { n: 'decimal(10,2)' } }],
})
// @ts-expect-error a typo in the name of a key
defineManifest({ version: 1, exports: [{ name: 'a', qurey: 'select 1' }] })
// @ts-expect-error a value that the key does not have
defineManifest({ version: 1, exports: [{ name: 'a', type: 'mysql' }] })
// @ts-expect-error a manifest has exports
defineManifest({ version: 1 })
