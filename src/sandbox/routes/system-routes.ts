import { jsonReply } from '../http/reply.js'
import type { Route } from './route.js'

const serverStatus: Route = {
  endpoint: 'server_status',
  method: 'GET',
  path: 'system/server_status',
  open: true,
  handle: () => jsonReply({ status: 'ok' }),
}

export const systemRoutes: readonly Route[] = [serverStatus]
