import { defineHandler, handleCors } from 'nitro/h3'
import { INTERNAL_ERROR, ORIGIN, TOKEN, UNAUTHORIZED } from '../../shared.mjs'

const CORS = { origin: [ORIGIN], methods: ['GET', 'POST'], allowHeaders: ['authorization', 'content-type'] }

export default defineHandler(async (event, next) => {
  if (event.url.pathname !== '/account') return next()
  const preflight = handleCors(event, CORS)
  if (preflight !== false) return preflight
  if (event.req.headers.get('authorization') !== `Bearer ${TOKEN}`) {
    event.res.status = 401
    return UNAUTHORIZED
  }
  try {
    return await next()
  } catch {
    event.res.status = 500
    return INTERNAL_ERROR
  }
})
