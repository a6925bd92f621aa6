import { USER } from '../../user.js'
import { sqlText } from '../trino/typed.js'
import { rulesOf } from './rule.js'

/** The only catalog. */
export const CATALOG = 'td'

export const SESSION = rulesOf('functions/session', {
  'current_catalog() -> varchar': () => sqlText(CATALOG),
  'current_schema() -> varchar': (_, { schema }) => sqlText(schema),
  'current_user() -> varchar': () => sqlText(USER.email),
})
