// Writes the generated part of each page anew: `npm run docs`.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { api } from './api.js'
import { commands } from './commands.js'
import { errors } from './errors.js'
import { formats } from './formats.js'
import { manifest } from './manifest.js'
import { MANIFEST_SCHEMA_PATH, manifestSchemaText } from './manifest-schema.js'
import { type Page, renewed } from './page.js'
import { reference } from './reference.js'
import { sandbox } from './sandbox.js'

export const PAGES: readonly Page[] = [errors, commands, formats, manifest, api, reference, sandbox]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of PAGES) {
    const { file, before, after } = await renewed(page)
    if (after !== before) writeFileSync(file, after)
  }
  writeFileSync(new URL(`../../${MANIFEST_SCHEMA_PATH}`, import.meta.url), manifestSchemaText())
}
