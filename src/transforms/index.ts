export { cast, exclude, limit, type PlanEdit, rename, select } from './plan.js'
export { filter, flatMap, type MapOptions, map, type RowFunction, type RowFunctionOptions } from './rows.js'
export { parseSchema } from './schema.js'
