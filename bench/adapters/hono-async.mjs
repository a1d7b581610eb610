import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { cors } from 'hono/cors'
import { accountOf, HOSTNAME, INTERNAL_ERROR, INVALID_ORDER, ORIGIN, PORT, sumOrder, TOKEN, UNAUTHORIZED } from './shared.mjs'

/** Hono with the handlers of a Next.js route file: async, `Response.json`. */

const app = new Hono()
app.get('/ping', async () => Response.json({ pong: true }))
app.get('/users/:id', async (c) => Response.json({ id: c.req.param('id') }))
app.get('/search', async (c) => Response.json({ q: c.req.query('q'), page: Number(c.req.query('page')) }))
app.post('/orders', async (c) => {
  const sum = sumOrder(await c.req.raw.json().catch(() => undefined))
  return sum ? Response.json(sum) : Response.json(INVALID_ORDER, { status: 422 })
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
app.get('/account', async (c) => Response.json(accountOf(c.req.query('fail') === '1')))
app.notFound(() => Response.json({ error: 'Not Found' }, { status: 404 }))
app.onError((error) => error.getResponse?.() ?? Response.json(INTERNAL_ERROR, { status: 500 }))

serve({ fetch: app.fetch, port: PORT, hostname: HOSTNAME })
