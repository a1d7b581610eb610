import { cors } from '@elysiajs/cors'
import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'
import { accountOf, HOSTNAME, INTERNAL_ERROR, INVALID_ORDER, NOT_FOUND, ORIGIN, PORT, sumOrder, TOKEN, UNAUTHORIZED } from './shared.mjs'

/** Elysia with its adapter for Node.js; Bun, for which it is made, is not measured here. */

const account = new Elysia()
  .use(cors({ origin: ORIGIN.replace('https://', ''), methods: ['GET', 'POST'], allowedHeaders: ['authorization', 'content-type'] }))
  .onBeforeHandle(({ headers, status }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`) return status(401, UNAUTHORIZED)
  })
  .get('/account', ({ query }) => accountOf(query.fail === '1'))

new Elysia({ adapter: node() })
  .onError(({ code, status }) => (code === 'NOT_FOUND' ? status(404, NOT_FOUND) : status(500, INTERNAL_ERROR)))
  .get('/ping', () => ({ pong: true }))
  .get('/users/:id', ({ params }) => ({ id: params.id }))
  .get('/search', ({ query }) => ({ q: query.q, page: Number(query.page) }))
  .post('/orders', ({ body, status }) => sumOrder(body) ?? status(422, INVALID_ORDER))
  .use(account)
  .listen({ port: PORT, hostname: HOSTNAME })
