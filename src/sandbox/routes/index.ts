import { accountRoutes } from './account-routes.js'
import { databaseRoutes } from './database-routes.js'
import { issueRoute } from './issue-route.js'
import { jobRoutes } from './job-routes.js'
import { killRoute } from './kill-route.js'
import { resultExportRoute } from './result-export-route.js'
import { resultRoute } from './result-route.js'
import type { Route } from './route.js'
import { systemRoutes } from './system-routes.js'
import { tableExportRoute } from './table-export-route.js'

export const ROUTES: readonly Route[] = [
  ...systemRoutes,
  ...databaseRoutes,
  ...accountRoutes,
  ...jobRoutes,
  issueRoute,
  killRoute,
  resultRoute,
  resultExportRoute,
  tableExportRoute,
]
