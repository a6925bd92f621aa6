import { z } from 'zod'
import { manifestSchema } from '../../src/manifest/schema.js'

type Schema = z.core.JSONSchema.JSONSchema

/** Where the JSON Schema of manifests is kept, which the package exports as `td-sluice/manifest.schema.json`. */
export const MANIFEST_SCHEMA_PATH = 'docs/manifest.schema.json'

/** The JSON Schema of manifests for editors, made from the schema that checks them. */
export function manifestSchemaText(): string {
  const schema = z.toJSONSchema(manifestSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Links from guide to guide lead nowhere in an editor.
      const { description } = jsonSchema
      if (description !== undefined)
        jsonSchema.description = description.replace(/ \(\[[^\]]*\]\([^)]*\)\)/g, '')
    },
  }) as Schema
  const { defaults, exports } = schema.properties as Record<string, Schema>
  // Keys for people and anchors, which the parser leaves out where it reads one of these.
  for (const mapping of [schema, defaults!, exports!.items as Schema])
    mapping.patternProperties = { '^x-': {} }
  const described = { title: 'A manifest of td-sluice run', ...schema }
  // On one line: it is for programs, and white space would more than double it in each installation.
  return `${JSON.stringify(described)}\n`
}
