import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { manifestSchema } from '../src/manifest/schema.js'

/** The guide to manifests; its tables of keys are made from the schema that checks them. */
export const RUN_PAGE = new URL('../docs/guides/run.md', import.meta.url)

const BEGIN = '<!-- keys: npm run docs:manifest -->'
const END = '<!-- end of keys -->'

type Schema = z.core.JSONSchema.JSONSchema

/** The page with its tables made anew. */
export function renderRunPage(page: string): string {
  const manifest = z.toJSONSchema(manifestSchema, { io: 'input' })
  const exports = (manifest.properties!.exports as Schema).items as Schema
  const head = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  const tables = [
    ['### The manifest', table(manifest)],
    [
      '### An export',
      'All but the first three may also stand in `defaults`.',
      '',
      table(exports, ['name', 'query', 'query_file']),
    ],
  ]
  return `${head}\n${tables.map((parts) => parts.join('\n')).join('\n\n')}\n${page.slice(page.indexOf(END))}`
}

function table({ properties = {}, required = [] }: Schema, first: readonly string[] = []): string {
  const keys = [...first, ...Object.keys(properties).filter((key) => !first.includes(key))]
  const rows = keys.map((key) => {
    const schema = properties[key] as Schema
    const needed = required.includes(key) ? ' Required.' : ''
    return `| \`${key}\` | ${valueText(schema)} | ${schema.description}${needed} |`
  })
  return ['| key | value | meaning |', '|---|---|---|', ...rows].join('\n')
}

function valueText(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map((one) => valueText(one as Schema)).join(' or ')
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'true or false'
    case 'array':
      return (schema.items as Schema).type === 'object' ? 'list of mappings' : 'list of texts'
    case 'object':
      return 'mapping'
    default:
      return 'text'
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(RUN_PAGE, renderRunPage(readFileSync(RUN_PAGE, 'utf8')))
}
