import { createRouter } from 'everyroute'
import { handle } from 'everyroute/next'
import manifest from '../../../.everyroute/manifest'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handle(createRouter(manifest))
