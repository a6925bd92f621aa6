// A schema checks each row while it arrives, and types it. A row that does not fit ends the loop, naming row and column.
import { query, rows } from 'td-sluice'
import * as z from 'zod'

const Hit = z.object({
  code: z.number().int().min(100).max(599),
  method: z.enum(['GET', 'POST', 'HEAD', 'PUT', 'DELETE']),
})

const source = query('select code, method from www_access limit 500', { database: 'sample_datasets' })
const counts = new Map<string, number>()
for await (const { method } of rows(source, { validate: Hit })) {
  counts.set(method, (counts.get(method) ?? 0) + 1)
}
console.log(Object.fromEntries(counts))
