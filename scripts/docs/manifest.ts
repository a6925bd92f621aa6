import { z } from 'zod'
import { manifestSchema } from '../../src/manifest/schema.js'
import { type Page, tableOf } from './page.js'

type Schema = z.core.JSONSchema.JSONSchema

const DEFAULTS = `All but the first three may also stand in \`defaults\`. There, the keys of [formats](../formats.md#options) are for the exports
whose format has them, and skipped for the others; in an export of another format such a key is a problem.`

/** The keys of a manifest, made from the schema that checks them. */
export const manifest: Page = {
  path: 'docs/guides/run.md',
  render: () => {
    const manifest = z.toJSONSchema(manifestSchema, { io: 'input' })
    const exports = (manifest.properties!.exports as Schema).items as Schema
    const keys = table(exports, ['name', 'query', 'query_file'])
    return [`### The manifest\n${table(manifest)}`, `### An export\n${DEFAULTS}\n\n${keys}`].join('\n\n')
  },
}

function table({ properties = {}, required = [] }: Schema, first: readonly string[] = []): string {
  const keys = [...first, ...Object.keys(properties).filter((key) => !first.includes(key))]
  const rows = keys.map((key) => {
    const schema = properties[key] as Schema
    const needed = required.includes(key) ? ' Required.' : ''
    return [`\`${key}\``, valueText(schema), `${schema.description}${needed}`]
  })
  return tableOf(['key', 'value', 'meaning'], rows)
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
