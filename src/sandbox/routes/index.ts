import { jobRoutes } from './job-routes.js'
import { resultRoute } from './result-route.js'
import type { Route } from './route.js'
import { systemRoutes } from './system-routes.js'

export const ROUTES: readonly Route[] = [...systemRoutes, ...jobRoutes, resultRoute]
