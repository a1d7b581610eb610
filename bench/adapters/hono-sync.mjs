import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { cors } from 'hono/cors'
import { accountOf, HOSTNAME, INTERNAL_ERROR, INVALID_ORDER, ORIGIN, PORT, sumOrder, TOKEN, UNAUTHORIZED } from './shared.mjs'

/** Hono as its documentation writes it: synchronous handlers, `c.json`, Hono's own middleware. */

const app = new Hono()
app.get('/ping', (c) => c.json({ pong: true }))
app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
app.get('/search', (c) => c.json({ q: c.req.query('q'), page: Number(c.req.query('page')) }))
app.post('/orders', async (c) => {
  const sum = sumOrder(await c.req.json().catch(() => undefined))
  return sum ? c.json(sum) : c.json(INVALID_ORDER, 422)
})
app.use('/account', cors({ origin: ORIGIN, allowMethods: ['GET', 'POST'], allowHeaders: ['authorization', 'content-type'] }))
app.use(
  '/account',
  bearerAuth({
    verifyToken: (token) => token === TOKEN,
    noAuthenticationHeader: { message: UNAUTHORIZED },
    invalidToken: { message: UNAUTHORIZED },
  }),
)
app.get('/account', (c) => c.json(accountOf(c.req.query('fail') === '1')))
app.notFound((c) => c.json({ error: 'Not Found' }, 404))
app.onError((error, c) => error.getResponse?.() ?? c.json(INTERNAL_ERROR, 500))

serve({ fetch: app.fetch, port: PORT, hostname: HOSTNAME })
