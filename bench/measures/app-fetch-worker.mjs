import { serve as serveHono } from '@hono/node-server'
import { Hono } from 'hono'
import { serve } from '../../dist/adapters/node.js'
import { createRouter } from '../../dist/index.js'
import { lookupsOf, tableOf, toColon } from './router-tables.mjs'

/**
 * Measures `app.fetch` alone, in a process of its own: `node app-fetch-worker.mjs NAME COUNT MILLIS`. Handlers are async and answer
 * text by the light Response of @hono/node-server, which both have in their server. Prints nanoseconds per request.
 */

const [, , name, count, millis] = process.argv
const routes = tableOf(Number(count))

function createHono() {
  const app = new Hono()
  for (const route of routes) app.get(toColon(route), async (c) => new Response(c.req.param('id') ?? 'static'))
  return app
}

const GET = async (_request, { params }) => new Response((await params).id ?? 'static')

const createOurs = () =>
  createRouter({ version: 2, routes: routes.map((pathname) => ({ pathname, file: `${pathname}/route.ts`, load: async () => ({ GET }) })) })

const isOurs = name === 'everyroute'
const app = isOurs ? createOurs() : createHono()
if (isOurs) await serve(app, { port: 0, quiet: true, signals: false })
else serveHono({ fetch: app.fetch, port: 0 })

const requestsOf = (isWanted) => lookupsOf(routes, isWanted, 500).map(({ path }) => new Request(`http://localhost:3000${path}`))

async function time(requests) {
  const end = performance.now() + Number(millis)
  const before = process.cpuUsage()
  let answered = 0
  do {
    for (const request of requests) {
      const answer = await app.fetch(request)
      if (answer.status !== 200) throw new Error(`${request.url}: ${answer.status}`)
    }
    answered += requests.length
  } while (performance.now() < end)
  return (process.cpuUsage(before).user * 1000) / answered
}

const kinds = {
  static: requestsOf((route) => !route.includes('[')),
  dynamic: requestsOf((route) => route.endsWith('[id]')),
}
for (const requests of Object.values(kinds)) await time(requests)
const result = {}
for (const [kind, requests] of Object.entries(kinds)) result[kind] = await time(requests)
console.log(JSON.stringify(result))
process.exit(0)
