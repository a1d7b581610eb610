import { getQuery, getRouterParam, H3, HTTPError, handleCors, readBody, serve } from 'h3'
import { accountOf, HOSTNAME, INTERNAL_ERROR, INVALID_ORDER, NOT_FOUND, ORIGIN, PORT, sumOrder, TOKEN, UNAUTHORIZED } from './shared.mjs'

/** h3 on srvx, its own server. */

const CORS = { origin: [ORIGIN], methods: ['GET', 'POST'], allowHeaders: ['authorization', 'content-type'] }

const app = new H3({
  onError(error) {
    const body = error.status === 404 ? NOT_FOUND : (error.body ?? INTERNAL_ERROR)
    return Response.json(body, { status: error.status ?? 500 })
  },
})
app.get('/ping', () => ({ pong: true }))
app.get('/users/:id', (event) => ({ id: getRouterParam(event, 'id', { decode: true }) }))
app.get('/search', (event) => {
  const { q, page } = getQuery(event)
  return { q, page: Number(page) }
})
app.post('/orders', async (event) => {
  const sum = sumOrder(await readBody(event).catch(() => undefined))
  if (sum) return sum
  event.res.status = 422
  return INVALID_ORDER
})
app.use('/account', async (event, next) => {
  const preflight = handleCors(event, CORS)
  if (preflight !== false) return preflight
  if (event.req.headers.get('authorization') !== `Bearer ${TOKEN}`) {
    event.res.status = 401
    return UNAUTHORIZED
  }
  try {
    return await next()
  } catch (error) {
    if (HTTPError.isError(error) && error.status < 500) throw error
    event.res.status = 500
    return INTERNAL_ERROR
  }
})
app.get('/account', (event) => accountOf(getQuery(event).fail === '1'))

serve(app, { port: PORT, hostname: HOSTNAME, silent: true })
