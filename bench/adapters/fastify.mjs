import cors from '@fastify/cors'
import fastify from 'fastify'
import { accountOf, HOSTNAME, INTERNAL_ERROR, INVALID_ORDER, NOT_FOUND, ORIGIN, PORT, sumOrder, TOKEN, UNAUTHORIZED } from './shared.mjs'

const app = fastify({ logger: false })
app.get('/ping', async () => ({ pong: true }))
app.get('/users/:id', async (request) => ({ id: request.params.id }))
app.get('/search', async ({ query }) => ({ q: query.q, page: Number(query.page) }))
app.post('/orders', async (request, reply) => sumOrder(request.body) ?? reply.code(422).send(INVALID_ORDER))
app.setNotFoundHandler((_request, reply) => reply.code(404).send(NOT_FOUND))
app.register(async (scope) => {
  // A list of one, as a lone text would make the header the same for every origin, without Vary.
  await scope.register(cors, { origin: [ORIGIN], methods: ['GET', 'POST'], allowedHeaders: ['authorization', 'content-type'] })
  scope.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return reply.code(401).send(UNAUTHORIZED)
  })
  scope.setErrorHandler((_error, _request, reply) => reply.code(500).send(INTERNAL_ERROR))
  scope.get('/account', async (request) => accountOf(request.query.fail === '1'))
})
await app.listen({ port: PORT, host: HOSTNAME })
