import { auth } from 'everyroute/middleware/auth'
import { cors } from 'everyroute/middleware/cors'
import { errors } from 'everyroute/middleware/errors'
import { ORIGIN, TOKEN } from '../../../adapters/shared.mjs'

export default [
  cors({ origin: ORIGIN, allowMethods: ['GET', 'POST'], allowHeaders: ['authorization', 'content-type'] }),
  errors(),
  auth({ verify: (token) => (token === TOKEN ? { name: 'ada' } : undefined) }),
]
